using HyperGen.Quic.Admission;
using HyperGen.Quic.Parameters;
using HyperGen.Quic.Protection;
using HyperGen.Quic.Streams;
using HyperGen.Quic.Tokens;
using HyperGen.Quic.Wire;
using HyperGen.Tls;

namespace HyperGen.Quic;

/// <summary>
/// All QUIC connections behind one socket: it finds the connection a datagram belongs to, begins connections, and answers what belongs to none. It owns
/// the memory its connections share. One thread owns it and all of its connections.
/// <para>
/// The owner hands every datagram to <see cref="HandleDatagram" />, drives the connection it answers with as <see cref="Connection" /> says, and sends what
/// <see cref="TryTransmit" /> gives: answers that need no connection.
/// </para>
/// </summary>
internal sealed partial class Endpoint : IDisposable
{
    private readonly Dictionary<ConnectionId, Connection> _connections;
    private readonly SourcePrefixes _sources;
    private readonly AddressTokens _tokens;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Endpoint(EndpointOptions options)
    {
        if (options.ConnectionIdLength is < 4 or > ConnectionId.MaxLength) throw new ArgumentException("Connection IDs have 4 to 20 bytes.", nameof(options));
        if (options.Versions.Count == 0) throw new ArgumentException("At least one version has to be spoken.", nameof(options));
        if (options.TokenSecret is { Length: not AddressTokens.SecretLength }) throw new ArgumentException("A secret of tokens has 32 bytes.", nameof(options));
        if (options.Limits.MaxDatagramSize is < Connection.MinDatagramSize or > Transmit.MaxLength)
        {
            throw new ArgumentException("Datagrams have 1200 to 65507 bytes.", nameof(options));
        }

        Options = options;
        Parameters = TransportParameters.Of(options.Limits);
        Span<byte> key = stackalloc byte[KeyedHash.KeyLength];
        options.Random(key);
        var hash = new KeyedHash(key);
        var comparer = new ConnectionIdComparer(hash);
        _connections = new(comparer);
        ResetTokens = new(comparer);
        _sources = new(hash);
        Span<byte> secret = stackalloc byte[AddressTokens.SecretLength];
        if (options.TokenSecret is { } shared) shared.CopyTo(secret);
        else options.Random(secret);
        _tokens = new(options.Crypto, options.Random, secret, options.Epoch, options.UsedTokens);
        secret.Clear();
        Pages = new(options.Memory ?? new MemoryBudget(long.MaxValue / 2));
        RetryIntegrity = new(options.Crypto);
    }

    /// <summary>Connections held, those that are closing included.</summary>
    public int Count { get; private set; }

    /// <summary>Of these, how many are still in their handshake.</summary>
    public int HandshakeCount { get; private set; }

    /// <summary>Pages of stream memory in use by all connections.</summary>
    public int PagesInUse => Pages.Outstanding;

    /// <summary>Streams in use by all connections.</summary>
    public int StreamsInUse => Streams.Outstanding;

    /// <summary>What was done with datagrams of no connection.</summary>
    public EndpointStatistics Statistics { get; } = new();

    internal EndpointOptions Options { get; }

    /// <summary>What all connections say of themselves once their handshakes are over. Not to be changed.</summary>
    internal TransportParameters Parameters { get; }

    internal PagePool Pages { get; }

    internal StreamPool Streams { get; } = new();

    internal RetryIntegrity RetryIntegrity { get; }

    internal AddressTokens Tokens => _tokens;

    internal ResetTokens ResetTokens { get; }

    /// <summary>Entries of the connection ID map: zero once every connection is gone.</summary>
    internal int ConnectionIdCount => _connections.Count;

    /// <summary>Sources that are counted: zero once every connection is gone.</summary>
    internal int SourceCount => _sources.Count;

    /// <summary>
    /// Takes a datagram. The connection that it changed is returned, to be driven further, and is a new one when its <see cref="Connection.UserState" /> is
    /// null; null when there is none.
    /// </summary>
    /// <param name="now">When it arrived.</param>
    /// <param name="path">Between which addresses.</param>
    /// <param name="ecn">With which mark.</param>
    /// <param name="datagram">Its bytes, which are decrypted in place and not needed after the call.</param>
    public Connection? HandleDatagram(Timestamp now, in NetworkPath path, EcnCodepoint ecn, Span<byte> datagram)
    {
        var isReadable = PacketHeader.TryRead(datagram, Options.ConnectionIdLength, out var header);
        if (isReadable && header.DestinationId.Length <= ConnectionId.MaxLength && _connections.TryGetValue(new(header.DestinationId), out var connection))
        {
            connection.HandleDatagram(now, path, ecn, datagram);
            return connection;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3
        //# endpoints MUST treat any packet ending in a valid stateless reset token as a
        //# Stateless Reset
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.1
        //# the comparison MUST be performed when the first packet in an incoming datagram
        //# either cannot be associated with a connection or cannot be decrypted
        if (ResetTokens.TryFind(datagram, out connection))
        {
            connection.HandleStatelessReset(now);
            return connection;
        }

        if (!isReadable) return null;
        if (header.Type == PacketType.OneRtt)
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-11
            //# A stateless reset MUST NOT be used by an endpoint that has the state necessary to
            //# send a frame on the connection.
            AnswerUnknown(now, path, header, datagram.Length);
            return null;
        }

        if (Options.CreateServerHandshake is null) return null;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-6.1
        //# An endpoint MUST NOT send a Version Negotiation packet
        //# in response to receiving a Version Negotiation packet.
        if (header.Type == PacketType.VersionNegotiation) return null;
        if (header.Version is null || !Speaks(header.Version))
        {
            //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.1
            //# A server MUST NOT send more than one Version Negotiation packet in response to
            //# a single UDP datagram.
            AnswerVersion(now, path, header, datagram.Length);
            return null;
        }

        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
        //# Clients are not able to send Handshake packets prior to receiving a server
        //# response, so servers SHOULD ignore any such packets.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-5.2.2
        //# Servers MUST drop incoming packets under all other circumstances.
        return header.Type == PacketType.Initial ? Accept(now, path, ecn, header, datagram) : null;
    }

    /// <summary>Begins a connection to a server. It is to be driven at once: its first datagrams are ready.</summary>
    /// <param name="now">The time.</param>
    /// <param name="path">Where the server is.</param>
    /// <param name="createHandshake">
    /// Makes the client's half of the handshake from our encoded transport parameters; it is asked a second time when the server wants another version.
    /// </param>
    /// <param name="start">What is known of the server; null for nothing.</param>
    public Connection Connect(
        Timestamp now, in NetworkPath path, Func<ReadOnlyMemory<byte>, TlsHandshake> createHandshake, ClientStart? start = null)
    {
        OnBegun();
        return Connection.Connect(this, now, path, createHandshake, start ?? ClientStart.Fresh);
    }

    // RFC 9000 section 10.2 lets who closes the socket end the closing and draining states early.

    /// <summary>
    /// Ends what is left of all connections without a word, wipes all keys and gives all memory back. The owner has closed the connections before, and closes the socket.
    /// </summary>
    public void Dispose()
    {
        foreach (var connection in _connections.Values.ToHashSet()) connection.Abandon(default);
        _tokens.Dispose();
        RetryIntegrity.Dispose();
        Pages.Dispose();
    }

    internal void Add(in ConnectionId id, Connection connection) => _connections[id] = connection;

    internal void Remove(in ConnectionId id) => _connections.Remove(id);

    internal void OnHandshakeDone(Connection connection)
    {
        HandshakeCount--;
        Pages.Discharge(Connection.HandshakeCost);
        if (connection.Role == Role.Server) _sources.Change(connection.Source, 0, -1);
    }

    internal void OnDrained(Connection connection)
    {
        Count--;
        Pages.Discharge(Connection.RestingCost);
        if (connection.Role == Role.Client) return;
        _connections.Remove(connection.InitialDestinationId);
        _sources.Change(connection.Source, -1, 0);
    }

    //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1
    //# Connection IDs MUST NOT contain any information that can be used by an
    //# external observer (that is, one that does not cooperate with the issuer) to
    //# correlate them with other connection IDs for the same connection.
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# either use the same connection ID length for all connections
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# the combination of connection ID and static key MUST NOT be used for another
    //# connection
    //
    //= https://www.rfc-editor.org/rfc/rfc9000#section-10.3.2
    //# A connection ID from a connection that is reset by revealing the stateless reset
    //# token MUST NOT be reused for new connections at nodes that share a static key.

    /// <summary>Draws an ID that no connection of this endpoint has.</summary>
    internal ConnectionId DrawConnectionId()
    {
        Span<byte> bytes = stackalloc byte[Options.ConnectionIdLength];
        while (true)
        {
            (Options.DrawConnectionId ?? Options.Random)(bytes);
            var id = new ConnectionId(bytes);

            //= https://www.rfc-editor.org/rfc/rfc9000#section-5.1
            //# the same connection ID MUST NOT be issued more than once on the same
            //# connection.
            if (!_connections.ContainsKey(id)) return id;
        }
    }

    /// <summary>Whether a version is among those of <see cref="EndpointOptions.Versions" />.</summary>
    internal bool Speaks(QuicVersion version)
    {
        for (var i = 0; i < Options.Versions.Count; i++)
        {
            if (Options.Versions[i] == version) return true;
        }

        return false;
    }

    private void OnBegun()
    {
        Count++;
        HandshakeCount++;
        Pages.Charge(Connection.HandshakeCost + Connection.RestingCost);
    }
}
