using System.Text.Json.Serialization;

var builder = HyperApp.CreateBuilder(args);
await using var app = builder.Build();
await app.RunAsync();

[HyperController("/greetings")]
public sealed class Greetings
{
    [Get("/{name}")]
    public Greeting Say(string name, int times = 1) => new(name, times);
}

public sealed record Greeting(string Name, int Times);

[JsonSerializable(typeof(Greeting))]
public sealed partial class Json : JsonSerializerContext;
