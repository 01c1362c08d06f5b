using System.Runtime.ExceptionServices;

namespace HyperGen.Tls.Tests;

/// <summary>Bytes changed at random on their way: a handshake fails with an error or completes, and never throws.</summary>
public sealed class HostileInputTests
{
    private const int Seeds = 2000;

    [Theory]
    [ClassData(typeof(Providers))]
    public void Changed_bytes_never_throw(string provider)
    {
        var failures = new Dictionary<ulong, int>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var server = new HandshakeOptions { Crypto = Providers.Get(provider), Groups = seed % 8 == 0 ? [NamedGroup.Secp256r1] : HandshakeOptions.Default.Groups };
            using var handshake = new Handshake(Handshake.With(provider), server, seed);
            var victim = random.Next(4);
            handshake.Deliver = (_, _, bytes) =>
            {
                if (victim-- == 0)
                {
                    Mutate(random, ref bytes);
                }

                return Cut(random, bytes);
            };
            try
            {
                handshake.Run();
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed} threw {exception}");
            }

            if ((handshake.Server.Tls.Error ?? handshake.Client.Tls.Error) is { } error)
            {
                failures[error.Code] = failures.GetValueOrDefault(error.Code) + 1;
            }
        }

        // A run that meets no decode error, no forged signature and no misplaced message has not tested much.
        Assert.Contains(0x132ul, failures);
        Assert.Contains(0x133ul, failures);
        Assert.Contains(0x10aul, failures);
        Assert.Contains(0x12ful, failures);
    }

    [Fact]
    public void A_changed_hello_throws_nothing_even_inside_the_server()
    {
        // Other tests, which may well throw, run on other threads.
        var thread = Environment.CurrentManagedThreadId;
        var thrown = new List<string>();
        void Count(object? sender, FirstChanceExceptionEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread && Environment.StackTrace.Contains("ServerHandshake", StringComparison.Ordinal))
            {
                thrown.Add($"{e.Exception.Message} {e.Exception.StackTrace}");
            }
        }

        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            for (var seed = 0; seed < Seeds; seed++)
            {
                var random = new Random(seed);
                using var handshake = new Handshake(seed: seed);
                handshake.Client.Tls.TryGetOutput(out _, out var bytes);
                var hello = bytes.ToArray();
                Mutate(random, ref hello);
                handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello);
                handshake.Server.Drain();
            }
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Empty(thrown);
    }

    [Fact]
    public void Every_truncation_waits_for_more_or_fails()
    {
        using var original = new Handshake();
        original.Client.Tls.TryGetOutput(out _, out var hello);
        for (var length = 0; length < hello.Length; length++)
        {
            using var handshake = new Handshake();
            handshake.Server.Tls.HandleInput(EncryptionLevel.Initial, hello.Span[..length]);
            handshake.Server.Drain();
            Assert.Null(handshake.Server.Tls.Error);
            Assert.Empty(handshake.Server.Events);

            // The same bytes as a whole message: the length field is made to fit.
            if (length >= 4)
            {
                var whole = hello.Span[..length].ToArray();
                whole[2] = (byte)((length - 4) >> 8);
                whole[3] = (byte)(length - 4);
                using var second = new Handshake();
                second.Server.Tls.HandleInput(EncryptionLevel.Initial, whole);
                Assert.NotNull(second.Server.Tls.Error);
            }
        }
    }

    private static void Mutate(Random random, ref byte[] bytes)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var position = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Length > 1:
                    bytes = [.. bytes.AsSpan(0, position), .. bytes.AsSpan(position + 1)];
                    break;
                case 3:
                    bytes = [.. bytes.AsSpan(0, position), (byte)random.Next(256), .. bytes.AsSpan(position)];
                    break;
                default:
                    var length = random.Next(Math.Min(32, bytes.Length - position));
                    bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(bytes.AsSpan(position));
                    break;
            }
        }
    }

    private static IEnumerable<byte[]> Cut(Random random, byte[] bytes) =>
        random.Next(2) == 0 ? [bytes] : bytes.Chunk(random.Next(1, bytes.Length + 1));
}
