using HyperGen.Quic.Wire;

namespace HyperGen.Quic.Tests.Hostile;

/// <summary>Handshake bytes in whatever pieces, order and amount.</summary>
public sealed class CryptoTests : HostileTest
{
    //= https://www.rfc-editor.org/rfc/rfc9000#section-7.5
    //= type=test
    //# Implementations MUST support buffering at least 4096 bytes of data received in
    //# out-of-order CRYPTO frames.
    [Fact]
    [Against(Threat.CryptoHoles)]
    public void Handshake_bytes_out_of_order_are_kept()
    {
        var client = Attack(new RawClient()).Connect();
        client.Send(static frames => frames.Integers(0x06, 1, 4096).Bytes(new byte[4096]));
        client.Send(static frames => frames.Integers(0x06, 60_000, 1).Bytes(0));
        Assert.Equal(ConnectionState.Established, client.Server!.State);
    }

    [Fact]
    [Against(Threat.CryptoHoles)]
    public void Holes_in_CRYPTO_cost_no_more_than_its_buffer()
    {
        var client = Attack(new RawClient()).Connect();
        for (var i = 0; i < 2000 && client.Server!.State == ConnectionState.Established; i++)
        {
            var offset = 1 + (2 * i);
            client.Send(frames => frames.Integers(0x06, offset, 1).Bytes(0xAA));
        }

        Assert.InRange(client.ServerEndpoint.PagesInUse, 0, 20);
        client.ExpectClose(TransportErrorCode.CryptoBufferExceeded);
    }

    /// <summary>As Chromium sends it, and then some: twice over, in pieces that overlap, the last first.</summary>
    [Fact]
    [Against(Threat.ShuffledCrypto)]
    public void A_ClientHello_of_64_KiB_in_shuffled_overlapping_pieces_is_put_together()
    {
        var random = new SeededRandom(31);

        // The parameters' end is one that nobody knows, and long.
        var more = new byte[8 + 64_000];
        Assert.Equal(8, VarInt.Write(more, (31 * 1000) + 27) + VarInt.Write(more.AsSpan(4), 64_000));
        var client = Attack(new RawClient(moreParameters: more)
        {
            Pieces = length =>
            {
                const int Step = 700;
                var starts = Enumerable.Range(0, (length + Step - 1) / Step).Select(static i => i * Step).ToArray();
                var shuffled = starts.Concat(starts).OrderBy(_ => random.Next()).ToList();
                return shuffled.Select(start => Math.Max(0, start - random.Below(200))..Math.Min(length, start + Step + random.Below(300)));
            },
        });
        client.Connect();
        Assert.Equal(0, client.ServerEndpoint.PagesInUse);
    }

    [Fact]
    [Against(Threat.ShuffledCrypto)]
    public void A_ClientHello_of_more_than_64_KiB_ends_the_connection()
    {
        var client = Attack(new RawClient { ChangeHello = static _ => [1, 1, 0, 1] });
        client.Start();
        client.ExpectClose((TransportErrorCode)0x12f);
    }
}
