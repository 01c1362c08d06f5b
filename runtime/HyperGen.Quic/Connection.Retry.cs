using HyperGen.Quic.Protection;
using HyperGen.Quic.Spaces;
using HyperGen.Quic.Wire;

namespace HyperGen.Quic;

/// <summary>What a client does when a server wants to see its address proven first: RFC 9000 section 8.1.2 and 17.2.5.</summary>
internal sealed partial class Connection
{
    private void HandleRetry(Timestamp now, in PacketHeader header, ReadOnlySpan<byte> packet)
    {
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
        //# A client MUST accept and process at most one Retry packet for each
        //# connection attempt.
        Statistics.PacketsDropped++;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
        //# After the client has received and processed an Initial or Retry packet from
        //# the server, it MUST discard any subsequent Retry packets that it receives.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
        //# A client MUST discard a Retry packet with a zero-length Retry Token field.
        if (Role == Role.Server || _hasRemoteId || _retrySourceId is not null || header.Token.Length <= RetryIntegrity.TagLength) return;
        if (packet.Length > RetryIntegrity.MaxPacketLength) return;

        //= https://www.rfc-editor.org/rfc/rfc9369#section-4.1
        //# The client ignores Retry packets using other versions.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
        //# A client MUST
        //# discard a Retry packet that contains a Source Connection ID field
        //# that is identical to the Destination Connection ID field of its
        //# Initial packet.
        if (header.Version != _originalVersion || header.SourceId.SequenceEqual(_originalDestinationId.Span)) return;
        Span<byte> tag = stackalloc byte[RetryIntegrity.TagLength];
        _endpoint.RetryIntegrity.ComputeTag(_originalVersion, _originalDestinationId.Span, packet[..^RetryIntegrity.TagLength], tag);

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
        //# Clients MUST discard Retry packets that have a Retry Integrity Tag that cannot
        //# be validated
        if (!tag.SequenceEqual(packet[^RetryIntegrity.TagLength..])) return;

        //= https://www.rfc-editor.org/rfc/rfc9000#section-8.1.3
        //# a token obtained in a Retry packet MUST be used immediately during the
        //# connection attempt and cannot be used in subsequent connection attempts.
        _token = header.Token[..^RetryIntegrity.TagLength].ToArray();

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.1
        //# The client MUST use the value from the Source Connection ID field of the Retry
        //# packet in the Destination Connection ID field of subsequent packets that it
        //# sends.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.2
        //# The client MUST NOT change the Source Connection ID because the server could
        //# include the connection ID as part of its token validation logic
        _retrySourceId = _initialDestinationId = new(header.SourceId);
        _remoteIds.SetFirst(_retrySourceId.Value);
        InstallInitialKeys();

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.3
        //# A client MUST use the same cryptographic handshake message it included in this
        //# packet.
        //
        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.5.3
        //# A client MUST NOT reset the packet number for any packet number space after
        //# processing a Retry packet.
        _recovery.OnRetry(now, PacketNumberSpaceId.Initial);
        RequeueLost();

        //= https://www.rfc-editor.org/rfc/rfc9000#section-17.2.3
        //# A client SHOULD attempt to resend data in 0-RTT
        //# packets after it sends a new Initial packet.
        _recovery.OnRetry(now, PacketNumberSpaceId.ApplicationData);
        RequeueLost();
    }

    /// <summary>Sends again what nobody read. That is no loss, and says nothing of the path.</summary>
    private void RequeueLost()
    {
        var space = _spaces[(int)_recovery.SettledSpace];
        for (var i = 0; i < _recovery.Lost.Count; i++)
        {
            Requeue(space, _recovery.Lost[i].Frames);
            _sentFrames.ReleaseAll(_recovery.Lost[i].Frames);
        }

        if (_recovery.Lost.Count > 0 && space.Id == PacketNumberSpaceId.Initial) space.Probes = Math.Max(space.Probes, 1);
    }
}
