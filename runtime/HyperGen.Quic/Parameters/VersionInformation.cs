using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Parameters;

/// <summary>
/// Which version the sender chose and which others it speaks, authenticated by the handshake: what makes it impossible to talk two endpoints into a version
/// they would not have agreed on (RFC 9368 section 3).
/// </summary>
/// <param name="Chosen">The number of the version chosen.</param>
/// <param name="Available">The numbers of the versions available; a client's are in order of preference.</param>
internal sealed record VersionInformation(uint Chosen, IReadOnlyList<uint> Available)
{
    /// <summary>A peer's further versions are of no interest: there are two to choose from.</summary>
    private const int MaxAvailable = 32;

    /// <summary>What we say: a version, all we speak, and a reserved one for the peer to ignore.</summary>
    public static VersionInformation Of(QuicVersion chosen, IReadOnlyList<QuicVersion> versions, byte unpredictable)
    {
        //= https://www.rfc-editor.org/rfc/rfc9368#section-3
        //# Clients and servers MAY both include versions following the pattern
        //# 0x?a?a?a?a in their Available Versions list.
        var available = new List<uint>(versions.Count + 2);
        foreach (var version in versions) available.Add(version.Number);
        if (!available.Contains(chosen.Number)) available.Add(chosen.Number);
        available.Insert(unpredictable % (available.Count + 1), QuicVersion.Grease(0, unpredictable));
        return new(chosen.Number, available);
    }

    /// <summary>Reads what a peer of role <paramref name="sender" /> sent; null when it is malformed.</summary>
    public static VersionInformation? TryRead(ReadOnlySpan<byte> value, Role sender)
    {
        var reader = new WireReader(value);
        if (value.Length % sizeof(uint) != 0 || !reader.TryReadUInt32(out var chosen) || chosen == 0) return null;
        var available = new List<uint>();
        var containsChosen = false;
        while (reader.TryReadUInt32(out var version))
        {
            //= https://www.rfc-editor.org/rfc/rfc9368#section-4
            //# If an endpoint
            //# receives a Chosen Version equal to zero, or any Available Version
            //# equal to zero, it MUST treat it as a parsing failure.
            if (version == 0) return null;
            containsChosen |= version == chosen;
            if (available.Count < MaxAvailable) available.Add(version);
        }

        //= https://www.rfc-editor.org/rfc/rfc9368#section-4
        //# If a server
        //# receives Version Information where the Chosen Version is not included
        //# in Available Versions, it MUST treat it as a parsing failure.
        return sender == Role.Client && !containsChosen ? null : new(chosen, available);
    }

    /// <summary>Writes the transport parameter.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteVarInt((long)TransportParameterId.VersionInformation);
        writer.WriteVarInt(sizeof(uint) * (1 + Available.Count));
        writer.WriteUInt32(Chosen);
        foreach (var version in Available) writer.WriteUInt32(version);
    }

    /// <summary>The first of <paramref name="ours" /> that is available there too, in our order; null when there is none.</summary>
    public static QuicVersion? Select(IReadOnlyList<QuicVersion> ours, Func<uint, bool> isAvailable)
    {
        foreach (var version in ours)
        {
            if (isAvailable(version.Number)) return version;
        }

        return null;
    }
}
