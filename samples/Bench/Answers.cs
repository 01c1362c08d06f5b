using System.Text.Json.Serialization;

namespace Bench;

public sealed record Greeting(string Message);

public sealed record User(int Id, string Name);

public sealed record Received(long Bytes);

public sealed record Total(long Sum);

public sealed record Stats(long AllocatedBytes, int Gen0, long Requests, long WorkingSet);

[JsonSerializable(typeof(Greeting))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(Received))]
[JsonSerializable(typeof(Total))]
[JsonSerializable(typeof(Stats))]
[JsonSerializable(typeof(int[]))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class AnswersJson : JsonSerializerContext;
