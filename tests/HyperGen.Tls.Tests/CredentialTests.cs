using System.Security.Cryptography;
using System.Text;
using HyperGen.Tls.Messages;

namespace HyperGen.Tls.Tests;

/// <summary>Which certificate a client is shown, and what comes with it.</summary>
public sealed class CredentialTests
{
    [Theory]
    [InlineData("a.test", "a")]
    [InlineData("A.Test", "a")]
    [InlineData("x.b.test", "b")]
    [InlineData("b.test", "fallback")]
    [InlineData("y.x.b.test", "fallback")]
    [InlineData("own.b.test", "own")]
    [InlineData(".b.test", "fallback")]
    [InlineData("*.b.test", "b")]
    [InlineData("other.test", "fallback")]
    [InlineData("", "fallback")]
    [InlineData(null, "fallback")]
    public void The_name_chooses(string? name, string expected)
    {
        var selections = ((string[])["fallback", "a", "b", "own"]).ToDictionary(static key => key, static _ => Handshake.Selection());
        var named = new NamedSelections(
            selections["fallback"],
            [("a.test", selections["a"]), ("*.b.test", selections["b"]), ("own.b.test", selections["own"]), ("a.test", selections["b"])]);
        Assert.Same(selections[expected], named.Find(name));
    }

    [Fact]
    public void A_staple_comes_with_the_first_certificate_when_it_is_asked_for()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] staple = [0x30, 3, 10, 1, 6];
        var credential = new Credential([TestCredentials.Ecdsa.Chain[0], TestCredentials.Rsa.Chain[0]], key, staple);
        foreach (var (request, expected) in ((byte[]?, bool)[])[([1, 0, 0, 0, 0], true), (null, false), ([2, 9, 9], false)])
        {
            using var handshake = new Handshake(selection: Handshake.Selection(credential));
            handshake.Client.Tls.TryGetOutput(out _, out var bytes);
            var hello = Hello.Read(bytes.Span);
            if (request is not null)
            {
                hello.Add((int)ExtensionType.StatusRequest, request);
            }

            handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
            handshake.Server.Drain();
            Assert.Null(handshake.Server.Tls.Error?.Reason);
            var flight = new List<byte>();
            while (handshake.Server.Tls.TryGetOutput(out var level, out var output))
            {
                flight.AddRange(level == EncryptionLevel.Handshake ? output.ToArray() : []);
            }

            byte[] extension = [0, 13, 0, 5, 0, 9, 1, 0, 0, 5, .. staple];
            Assert.Equal(expected, flight.ToArray().AsSpan().IndexOf(extension) > 0);
        }
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0100")]
    [InlineData("010000")]
    [InlineData("0100000000ff")]
    [InlineData("")]
    public void A_malformed_request_for_a_staple_is_a_decode_error(string body)
    {
        using var handshake = new Handshake();
        handshake.Client.Tls.TryGetOutput(out _, out var bytes);
        var hello = Hello.Read(bytes.Span);
        hello.Add((int)ExtensionType.StatusRequest, Convert.FromHexString(body));
        handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.ToMessage());
        Assert.Equal(TlsAlert.DecodeError, handshake.Server.Tls.Error?.Alert);
    }

    [Fact]
    public void Keys_are_logged_in_both_roles_only_when_asked_for()
    {
        var lines = new List<string>[] { [], [] };
        KeyLogSink Sink(int role) => (label, random, secret) =>
            lines[role].Add($"{Encoding.ASCII.GetString(label)} {Convert.ToHexString(random)} {Convert.ToHexString(secret)}");
        using var handshake = new Handshake(new HandshakeOptions { KeyLog = Sink(0) }, new HandshakeOptions { KeyLog = Sink(1) });
        handshake.Run();
        handshake.AssertComplete();
        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(
            ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"],
            lines[0].Select(static line => line.Split(' ')[0]));
        Assert.EndsWith(Convert.ToHexString(handshake.Client.WriteSecrets[EncryptionLevel.OneRtt]), lines[0][2], StringComparison.Ordinal);
        Assert.Null(HandshakeOptions.Default.KeyLog);
    }
}
