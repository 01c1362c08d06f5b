using HyperGen.Quic;
using HyperGen.Quic.Wire;

namespace HyperGen.Fuzz.Targets;

/// <summary>Datagrams at a server's endpoint that has connections of others: headers, coalescing, tokens, versions, resets.</summary>
internal sealed class PacketTarget : Target, IDisposable
{
    private const int MaxSteps = 100;

    private static readonly NetworkPath Path = new(NetworkAddress.FromIPv4(1, 50000), NetworkAddress.FromIPv4(2, 443));

    private readonly byte[] _buffer = new byte[Transmit.MaxLength];
    private readonly SeededRandom _random = new(2);
    private Endpoint? _endpoint;
    private Timestamp _now = new(TimeSpan.TicksPerSecond);
    private int _inputs;

    public override string Name => "packet";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var client = new Endpoint(Options(isServer: false)).Connect(_now, Path, parameters => new InstantHandshake(Role.Client, parameters.Span));
            client.TryTransmit(_now, _buffer, out var transmit);
            yield return _buffer[..transmit.Length];
            yield return [0xc0, 0, 0, 0, 0, 4, 1, 2, 3, 4, 4, 5, 6, 7, 8, 0, 0, 0, 1];
            yield return [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, .. new byte[1200]];
            yield return [0xf0, 0, 0, 0, 1, 4, 1, 2, 3, 4, 4, 5, 6, 7, 8, .. new byte[32]];
            yield return [0xe0, 0, 0, 0, 1, 4, 1, 2, 3, 4, 4, 5, 6, 7, 8, 0x20, .. new byte[32]];
            yield return [0xd0, 0x6b, 0x33, 0x43, 0xcf, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x44, 0xa0, .. new byte[1200]];
            yield return [0x40, .. new byte[40]];
            yield return [0x40, .. new byte[20]];
        }
    }

    public void Dispose() => _endpoint?.Dispose();

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (_endpoint is null || _inputs++ % 2000 == 0)
        {
            _endpoint?.Dispose();
            _endpoint = new(Options(isServer: true));
        }

        var hasHeader = PacketHeader.TryRead(input, 8, out var header);
        if (hasHeader && (header.End <= 0 || header.End > input.Length)) throw new InvalidOperationException("A packet ends outside of its datagram.");
        _now += TimeSpan.FromMilliseconds(1);
        var datagram = input.ToArray();
        var connection = _endpoint.HandleDatagram(_now, Path, EcnCodepoint.NotEct, datagram);
        var answers = 0;
        while (_endpoint.TryTransmit(_buffer, out var transmit))
        {
            if (transmit.Length > 3 * input.Length) throw new InvalidOperationException("An answer is more than three times what it answers.");
            if (answers++ > MaxSteps) throw new InvalidOperationException("Answers do not end.");
        }

        var outcome = $"{(hasHeader ? header.Type : "no packet")}{(answers > 0 ? ", answered" : "")}{(connection is null ? "" : ", connection")}";
        if (connection is null) return outcome;
        while (connection.TryGetEvent(out _))
        {
        }

        for (var steps = 0; connection.TryTransmit(_now, _buffer, out _); steps++)
        {
            if (steps > MaxSteps) throw new InvalidOperationException("Transmissions do not end.");
        }

        outcome += $" {connection.State} {connection.CloseReason.Kind} {connection.CloseReason.ErrorCode}";
        connection.Close(_now, 0);
        connection.HandleTimeout(_now + TimeSpan.FromMinutes(1));
        if (_endpoint.Count + _endpoint.PagesInUse + _endpoint.ConnectionIdCount > 0) throw new InvalidOperationException("A closed connection left something behind.");
        return outcome;
    }

    private EndpointOptions Options(bool isServer) => new()
    {
        Random = _random.Fill,
        ResetKey = new byte[32],
        CreateServerHandshake = isServer ? static parameters => new InstantHandshake(Role.Server, parameters.Span) : null,
    };
}
