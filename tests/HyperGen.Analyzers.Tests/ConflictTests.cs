using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0001 and HG0002: the whole program, and what it references.</summary>
public sealed class ConflictTests
{
    [Fact]
    public Task The_same_route_twice_is_told_at_the_second() => Verify.RulesAsync(
        """
        [HyperController("/users")]
        public static class Users
        {
            [Get("/{id}")] public static string Find(string id) => "";
            [Post("/{id}")] public static string Save(string id) => "";
        }
        [HyperController]
        public static class Other
        {
            [{|HG0001:Get("/Users/{ID}")|}] public static string Find(string id) => "";
        }
        """,
        "'Other.Find' and 'Users.Find' in File0.cs:4 both answer GET /users/{id}: change the template of one of them");

    [Fact]
    public Task Routes_that_end_in_a_draw_are_told() => Verify.RulesAsync(
        """
        [HyperController("/users")]
        public static class Users
        {
            [Get("/{id:int}")] public static string ById(int id) => "";
            [{|HG0002:Get("/{name:minlength(1)}")|}] public static string ByName(string name) => "";
            [Get("/{any}")] public static string Any(string any) => "";
            [Get("/me")] public static string Me() => "";
        }
        """,
        "'Users.ByName' (/users/{name:minlength(1)}) and 'Users.ById' in File0.cs:4 (/users/{id:int}) match the same paths with the same precedence: tell them apart by a literal or a constraint");

    [Fact]
    public async Task An_executable_is_held_against_the_assemblies_it_references()
    {
        CSharpCompilation program = Executable(
            """
            [HyperController("/users")]
            public static class Users { [Get("/{id}")] public static string Find(string id) => ""; public static void Main() { } }
            """,
            Library("A", "GET Library.Users.Find /users/{id}"));

        Diagnostic found = Assert.Single(await Verify.DiagnosticsAsync(program));

        Assert.Equal("HG0001", found.Id);
        Assert.Equal("""Get("/{id}")""", found.Location.SourceTree!.ToString().Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
    }

    [Fact]
    public async Task Two_referenced_assemblies_are_held_against_each_other_where_the_program_begins()
    {
        CSharpCompilation program = Executable(
            "public static class Program { public static void Main() { } }",
            Library("A", "GET A.Find /users/{id}"),
            Library("B", "GET B.Find /users/{id}"));

        Diagnostic found = Assert.Single(await Verify.DiagnosticsAsync(program));

        Assert.Equal("'B.Find' and 'A.Find' both answer GET /users/{id}: change the template of one of them", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("File0.cs", found.Location.SourceTree!.FilePath);
    }

    [Fact]
    public async Task A_library_is_not() => Assert.Empty(await Verify.DiagnosticsAsync(
        TestProgram.Compile(
            """
            [HyperController("/users")]
            public static class Users { [Get("/{id}")] public static string Find(string id) => ""; }
            """)
        .AddReferences(Library("A", "GET Library.Users.Find /users/{id}"))));

    private static CSharpCompilation Executable(string source, params MetadataReference[] references) =>
        TestProgram.Compile(source).WithOptions(TestProgram.Options.WithOutputKind(OutputKind.ConsoleApplication)).AddReferences(references);

    private static CompilationReference Library(string name, params string[] routes) => TestProgram.Compile(
        $$"""
        [assembly: HyperGen.CompilerServices.HyperGenManifest(typeof({{name}}.Module), {{string.Join(", ", routes.Select(static r => $"\"{r}\""))}})]
        namespace {{name}} { public sealed class Module; }
        """).WithAssemblyName(name).ToMetadataReference();
}
