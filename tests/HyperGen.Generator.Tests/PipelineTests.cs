namespace HyperGen.Generator.Tests;

public sealed class PipelineTests
{
    [Fact]
    public async Task An_endpoint_answers()
    {
        GeneratedProgram program = GeneratedProgram.Of("""
            [HyperController("/users")]
            internal sealed class Users
            {
                [Get("/{id:int}")]
                public string Find(int id) => "user " + id;
            }
            """);

        Assert.Equal("200 user 42", await RunningApp.Start(program).GetAsync("/users/42"));
    }
}
