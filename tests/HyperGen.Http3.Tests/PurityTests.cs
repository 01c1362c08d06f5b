using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Http3.Tests;

/// <summary>The core is given bytes, the time and entropy; it fetches none of them. What its assemblies refer to says so.</summary>
public sealed class PurityTests
{
    /// <summary>Namespaces and types, and members of types, that the core may not name.</summary>
    private static readonly string[] Forbidden =
    [
        "System.Net.Sockets.", "System.IO.File", "System.IO.Pipelines.", "System.Threading.", "System.Random", "System.TimeProvider", "System.Diagnostics.Stopwatch",
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Environment.get_Tick", "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Security.Cryptography.RandomNumberGenerator", "System.Console",
    ];

    public static TheoryData<string> Assemblies => [typeof(TlsHandshake).Assembly.Location, typeof(Connection).Assembly.Location, typeof(Http3Connection).Assembly.Location];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_core_names_no_socket_clock_entropy_task_thread_or_lock(string assembly)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file);
        var references = References(image.GetMetadataReader()).ToArray();
        Assert.True(references.Length > 50, "hardly anything is referred to: this is not the assembly");
        var impure = references.Where(static r => Forbidden.Any(f => r.StartsWith(f, StringComparison.Ordinal))).Except(Allowed(assembly)).Order();
        Assert.Empty(impure);
    }

    /// <summary>The memory budget of the process and its used tokens are numbers that all shards count on: nobody waits for anybody there.</summary>
    private static string[] Allowed(string assembly) => assembly != typeof(Connection).Assembly.Location ? [] :
    [
        "System.Threading.Interlocked", "System.Threading.Interlocked.Add", "System.Threading.Interlocked.CompareExchange",
        "System.Threading.Volatile", "System.Threading.Volatile.Read",
    ];

    private static IEnumerable<string> References(MetadataReader reader)
    {
        foreach (var handle in reader.TypeReferences) yield return NameOf(reader, handle);
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference) continue;
            yield return $"{NameOf(reader, (TypeReferenceHandle)member.Parent)}.{reader.GetString(member.Name)}";
        }
    }

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }
}
