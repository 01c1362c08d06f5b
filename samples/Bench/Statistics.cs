using System.Text.Json.Serialization;

namespace Bench;

/// <summary>What the process has used, so that a load can ask before and after.</summary>
[HyperController("/stats")]
public static class Statistics
{
    [Get]
    public static Stats Read() => new(GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0), RequestCount.Total, Environment.WorkingSet);
}

/// <param name="AllocatedBytes">Bytes of garbage-collected memory since the start.</param>
/// <param name="Gen0">Collections since the start.</param>
/// <param name="Requests">Requests since the start, but for those to <c>/stats</c>.</param>
/// <param name="WorkingSet">Bytes of memory in use by the process.</param>
public sealed record Stats(long AllocatedBytes, int Gen0, long Requests, long WorkingSet);

[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(Sum))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(Upload))]
[JsonSerializable(typeof(Stats))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
public sealed partial class BenchJson : JsonSerializerContext;
