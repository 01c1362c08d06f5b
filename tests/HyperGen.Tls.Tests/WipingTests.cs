using System.Reflection;

namespace HyperGen.Tls.Tests;

/// <summary>Secrets are zeros when their time is over: after each end of a handshake nothing that was ever reachable from it holds one.</summary>
public sealed class WipingTests
{
    /// <summary>The fields that hold secrets. One that is renamed is missed here, and the test says so.</summary>
    private static readonly string[] _names =
        ["_secret", "_clientFinishedKey", "_serverFinishedKey", "_exporterSecret", "_resumptionSecret", "_psk", "<Psk>k__BackingField", "_bytes", "_privateKey"];

    [Theory]
    [ClassData(typeof(Providers))]
    public void What_a_handshake_held_is_zero_when_it_is_disposed(string provider)
    {
        var options = Handshake.With(provider);
        using var tickets = Sessions.Tickets(options.Crypto);
        using var session = Sessions.GetSession(options, tickets);
        var seen = new Dictionary<byte[], string>(ReferenceEqualityComparer.Instance);
        foreach (var resumed in (bool[])[false, true])
        {
            // Cut off in every place, so that whatever is pending is left over once.
            for (var messages = 0; messages < 8; messages++)
            {
                var delivered = 0;
                using var handshake = resumed
                    ? Sessions.Resume(options, tickets, Sessions.Retold(session), Sessions.Start, earlyData: true)
                    : new Handshake(options, options, tickets: tickets, client: Handshake.Options(TestCredentials.Ecdsa));
                handshake.Deliver = (_, _, bytes) =>
                {
                    Collect(handshake.Client.Tls, seen);
                    Collect(handshake.Server.Tls, seen);
                    return delivered++ < messages ? [bytes] : [];
                };
                handshake.Run();
                Collect(handshake.Client.Tls, seen);
                Collect(handshake.Server.Tls, seen);
                handshake.Client.Tls.Dispose();
                handshake.Server.Tls.Dispose();
                foreach (var secret in seen.Where(static secret => secret.Value != "_psk" && secret.Key.AsSpan().ContainsAnyExcept((byte)0)))
                {
                    Assert.Fail($"{secret.Value} is left after {messages} messages, resumed: {resumed}.");
                }
            }
        }

        string[] expected = provider == "BCL" ? _names : [.. _names.Where(static name => name != "_privateKey")];
        Assert.Equal(expected.Order(), seen.Values.Distinct().Order());
    }

    [Fact]
    public void Secrets_that_nobody_has_taken_are_zero_too()
    {
        using var tickets = Sessions.Tickets();
        using var session = Sessions.GetSession(HandshakeOptions.Default, tickets);
        using var handshake = Sessions.Resume(HandshakeOptions.Default, tickets, session, Sessions.Start, earlyData: true);
        Assert.True(handshake.Client.Tls.TryGetOutput(out _, out var hello));
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.Span);
        for (var questions = 0; questions < 2; questions++)
        {
            TlsEvent next;
            while (handshake.Server.Tls.TryGetEvent(out next) && next.Kind != TlsEventKind.Question)
            {
            }

            handshake.Server.Answer(next.Question);
        }

        var seen = new Dictionary<byte[], string>(ReferenceEqualityComparer.Instance);
        Collect(handshake.Client.Tls, seen);
        Collect(handshake.Server.Tls, seen);
        Assert.Equal(6, seen.Values.Count(static name => name == "_bytes"));
        handshake.Client.Tls.Dispose();
        handshake.Server.Tls.Dispose();
        Assert.DoesNotContain(seen, static secret => secret.Value == "_bytes" && secret.Key.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_session_is_zero_when_it_is_disposed()
    {
        byte[] psk = [1, 2, 3];
        using (new ClientSession(CipherSuite.Aes128GcmSha256, psk, [])
        {
            AgeAdd = 0,
            Lifetime = default,
            AllowsEarlyData = false,
            ServerName = "",
            ApplicationProtocol = default,
            TransportParameters = default,
            QuicVersion = 1,
        })
        {
        }

        Assert.Equal([0, 0, 0], psk);
    }

    [Fact]
    public void A_secret_handed_out_is_zero_when_it_is_disposed()
    {
        var secret = new TrafficSecret(CipherSuite.Aes128GcmSha256, [.. Enumerable.Repeat((byte)7, 32)]);
        var bytes = secret.Bytes;
        secret.Dispose();
        Assert.False(bytes.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => secret.Bytes.Length);
    }

    /// <summary>A writer that grows would leave a copy of the key behind, so it is given all the room it takes.</summary>
    [Fact]
    public void The_content_of_a_ticket_is_written_where_it_is_wiped()
    {
        foreach (var name in (string?[])[null, "h3.test", new string('a', 253)])
        {
            using var state = new SessionState
            {
                Suite = CipherSuite.Aes256GcmSha384,
                Psk = new byte[48],
                IssuedAt = 1,
                AuthenticatedAt = 2,
                AgeAdd = 3,
                AllowsEarlyData = true,
                ApplicationProtocol = new(new string('b', 255)),
                ServerName = name,
                QuicVersion = 1,
                TransportParameters = new byte[300],
                ApplicationState = new byte[5000],
            };
            using var read = SessionState.Decode(state.Encode());
            Assert.Equal(name, read?.ServerName);
        }
    }

    /// <summary>Adds every array of a field that holds a secret, wherever it is reachable from.</summary>
    private static void Collect(object root, Dictionary<byte[], string> seen)
    {
        var visited = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object>([root]);
        while (open.TryPop(out var next))
        {
            if (!visited.Add(next))
            {
                continue;
            }

            if (next is System.Collections.IEnumerable many and not string and not byte[])
            {
                foreach (var element in many)
                {
                    if (element is not null)
                    {
                        open.Push(element);
                    }
                }
            }

            for (var type = next.GetType(); type is not null && type.Assembly == typeof(TlsHandshake).Assembly; type = type.BaseType)
            {
                foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
                {
                    // Tickets' keys and credentials outlive a handshake.
                    if (field.FieldType == typeof(TicketKeys) || field.FieldType == typeof(Credential) || field.FieldType.IsPointer)
                    {
                        continue;
                    }

                    var value = field.GetValue(next);
                    if (value is byte[] { Length: > 0 } bytes && _names.Contains(field.Name) && (field.Name != "_bytes" || type == typeof(TrafficSecret)))
                    {
                        seen.TryAdd(bytes, field.Name);
                    }
                    else if (value is not null and not byte[])
                    {
                        open.Push(value);
                    }
                }
            }
        }
    }
}
