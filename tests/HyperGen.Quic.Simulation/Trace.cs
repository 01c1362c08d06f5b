using System.Globalization;
using System.Text;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Simulation;

/// <summary>What happened on the link, as a hash always and as text when it is asked for.</summary>
internal sealed class Trace(World world, bool asText)
{
    private const int MaxLines = 400;

    private readonly Queue<string> _lines = new();

    public ulong Hash { get; private set; } = 14_695_981_039_346_656_037;

    public Met Met { get; private set; }

    public void OnDatagram(Timestamp now, Datagram datagram, Fate fate)
    {
        Add((ulong)now.Ticks);
        Add(((ulong)datagram.Length << 16) | ((ulong)fate << 8) | (datagram.ToServer ? 1UL : 0) | ((ulong)datagram.Ecn << 4));
        Met |= fate switch
        {
            Fate.Lost => Met.Loss,
            Fate.LostInBurst => Met.BurstLoss,
            Fate.Corrupted => Met.Corruption,
            Fate.Duplicated => Met.Duplication,
            Fate.Reordered => Met.Reordering,
            Fate.QueueFull => Met.QueueOverflow,
            Fate.BlackHole => Met.BlackHole,
            Fate.TooLarge => Met.SmallerMtu,
            _ => Met.None,
        };
        if (asText) Write(now, $"{(datagram.ToServer ? "client -> server" : "client <- server")} {datagram.Length,5} {Describe(datagram)} {(fate == Fate.Delivered ? "" : fate)}");
    }

    public void Add(ulong value) => Hash = (Hash ^ value) * 1_099_511_628_211;

    public void Write(Timestamp now, string line)
    {
        if (!asText) return;
        if (_lines.Count == MaxLines) _lines.Dequeue();
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{now.Ticks / 10_000.0,12:F3} ms  {line}"));
    }

    public override string ToString() => string.Join('\n', _lines);

    private string Describe(in Datagram datagram)
    {
        var text = new StringBuilder();
        for (var rest = (ReadOnlySpan<byte>)datagram.Bytes; !rest.IsEmpty && PacketHeader.TryRead(rest, 8, out var header); rest = rest[header.End..])
        {
            text.Append(header.Type).Append(' ');
        }

        var from = datagram.ToServer ? world.Client : world.Server;
        if (from.Connections is [var connection, ..])
        {
            var recovery = connection.Recovery;
            text.Append(CultureInfo.InvariantCulture, $"(window {recovery.Controller.Window}, in flight {recovery.Controller.BytesInFlight}, PTO {recovery.PtoCount})");
        }

        return text.ToString();
    }
}
