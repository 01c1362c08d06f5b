using System.Buffers.Binary;
using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Fuzz;

/// <summary>
/// A handshake without cryptography behind TLS's seam: it exchanges transport parameters and hands out secrets that everybody knows. With it a connection
/// is made in microseconds, and the fuzzer can seal packets under valid keys.
/// </summary>
internal sealed class InstantHandshake : TlsHandshake
{
    private readonly Role _role;
    private readonly List<byte> _input = [];
    private byte[] _parameters;

    public InstantHandshake(Role role, ReadOnlySpan<byte> parameters)
    {
        _role = role;
        _parameters = parameters.ToArray();
        Suite = CipherSuite.Aes128GcmSha256;
        if (role == Role.Client) Send(EncryptionLevel.Initial, Framed(_parameters));
    }

    /// <summary>The secret that a role writes with.</summary>
    public static TrafficSecret Secret(Role writer, EncryptionLevel level)
    {
        Span<byte> secret = stackalloc byte[32];
        secret.Fill((byte)(16 + (2 * (int)level) + (int)writer));
        return new(CipherSuite.Aes128GcmSha256, secret);
    }

    public override void SetTransportParameters(ReadOnlySpan<byte> parameters) => _parameters = parameters.ToArray();

    public override void HandleInput(EncryptionLevel level, ReadOnlySpan<byte> bytes)
    {
        // What comes later, or comes instead, is what the fuzzer makes of CRYPTO frames: this is not the TLS to test it on.
        if (IsComplete || _input.Count + bytes.Length > 4096) return;
        _input.AddRange(bytes);
        if (_input.Count < 2 || _input.Count < 2 + BinaryPrimitives.ReadUInt16BigEndian([_input[0], _input[1]])) return;
        var message = _input[2..].ToArray();
        _input.Clear();
        var peer = _role == Role.Client ? Role.Server : Role.Client;
        switch (_role, level)
        {
            case (Role.Server, EncryptionLevel.Initial):
                Emit(TlsEvent.PeerTransportParameters(message));
                EmitSecrets(EncryptionLevel.Handshake);
                Send(EncryptionLevel.Initial, Framed([1]));
                Send(EncryptionLevel.Handshake, Framed(_parameters));
                Emit(TlsEvent.WriteSecret(EncryptionLevel.OneRtt, Secret(_role, EncryptionLevel.OneRtt)));
                break;
            case (Role.Client, EncryptionLevel.Initial):
                EmitSecrets(EncryptionLevel.Handshake);
                break;
            case (Role.Client, EncryptionLevel.Handshake):
                Emit(TlsEvent.PeerTransportParameters(message));
                Send(EncryptionLevel.Handshake, Framed([1]));
                EmitSecrets(EncryptionLevel.OneRtt);
                Complete();
                break;
            case (Role.Server, EncryptionLevel.Handshake):
                Emit(TlsEvent.ReadSecret(EncryptionLevel.OneRtt, Secret(peer, EncryptionLevel.OneRtt)));
                Complete();
                break;
        }
    }

    public override bool Refuse(int id, TlsAlert alert, string reason) => false;

    public override bool Expire(int id) => false;

    public override bool TryExport(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output) => false;

    protected override void OnClosed()
    {
    }

    private void EmitSecrets(EncryptionLevel level)
    {
        Emit(TlsEvent.ReadSecret(level, Secret(_role == Role.Client ? Role.Server : Role.Client, level)));
        Emit(TlsEvent.WriteSecret(level, Secret(_role, level)));
    }

    private static byte[] Framed(ReadOnlySpan<byte> message)
    {
        var framed = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed.AsSpan(2));
        return framed;
    }
}
