using System.Text.Json.Serialization;

namespace Hello;

public sealed record User(int Id, string Name);

public sealed record NewUser(string Name);

public sealed record Tick(int Number, DateTimeOffset At);

public sealed record Upload(string Sha256);

/// <summary>How the types of the API are read and written as JSON: compiled, without reflection.</summary>
[JsonSerializable(typeof(IEnumerable<User>))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(Tick))]
[JsonSerializable(typeof(Upload))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class HelloJson : JsonSerializerContext;
