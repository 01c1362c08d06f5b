using System.Buffers.Binary;
using HyperGen.Tls.Messages;

namespace HyperGen.Testing;

/// <summary>Takes a ClientHello, ServerHello or EncryptedExtensions message apart and puts it together again, changed.</summary>
internal sealed class Hello
{
    private readonly byte _type;

    private Hello(byte type, byte[] head, List<(ushort Type, byte[] Body)> extensions) => (_type, Head, Extensions) = (type, head, extensions);

    /// <summary>Everything between the message's header and its extensions.</summary>
    public byte[] Head { get; set; }

    public List<(ushort Type, byte[] Body)> Extensions { get; }

    public byte[] this[ExtensionType type]
    {
        get => Extensions.Single(extension => extension.Type == (ushort)type).Body;
        set => Extensions[Extensions.FindIndex(extension => extension.Type == (ushort)type)] = ((ushort)type, value);
    }

    public static Hello Read(ReadOnlySpan<byte> message)
    {
        var type = message[0];
        var body = message[4..];
        var position = (HandshakeType)type == HandshakeType.EncryptedExtensions ? 0 : 35 + body[34];
        if ((HandshakeType)type == HandshakeType.ClientHello)
        {
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(body[position..]);
            position += 1 + body[position];
        }
        else if ((HandshakeType)type == HandshakeType.ServerHello)
        {
            position += 3;
        }

        var extensions = new List<(ushort, byte[])>();
        var reader = new ExtensionReader(body[(position + 2)..]);
        while (reader.TryRead(out var extension, out var content))
        {
            extensions.Add(((ushort)extension, content.ToArray()));
        }

        return new Hello(type, body[..position].ToArray(), extensions);
    }

    public void Remove(ExtensionType type) => Extensions.RemoveAll(extension => extension.Type == (ushort)type);

    public void Add(int type, params byte[] body) => Extensions.Add(((ushort)type, body));

    public byte[] ToMessage()
    {
        var writer = new MessageWriter(512);
        var message = writer.Begin((HandshakeType)_type);
        writer.Bytes(Head);
        var block = writer.Begin16();
        foreach (var (type, body) in Extensions)
        {
            var extension = writer.Begin((ExtensionType)type);
            writer.Bytes(body);
            writer.End16(extension);
        }

        writer.End16(block);
        writer.End24(message);
        return writer.Memory.ToArray();
    }
}
