using System.Text;

namespace HyperGen.Http3.Qpack;

/// <summary>The static table of RFC 9204 appendix A, and the way from a name to its place in it.</summary>
/// <remarks>Names are known to the rest of HTTP/3 by the first index that has them: see <see cref="KnownField"/>.</remarks>
internal static class StaticTable
{
    private const int SlotCount = 512;

    private static readonly (string Name, string Value)[] Entries =
    [
        (":authority", ""),
        (":path", "/"),
        ("age", "0"),
        ("content-disposition", ""),
        ("content-length", "0"),
        ("cookie", ""),
        ("date", ""),
        ("etag", ""),
        ("if-modified-since", ""),
        ("if-none-match", ""),
        ("last-modified", ""),
        ("link", ""),
        ("location", ""),
        ("referer", ""),
        ("set-cookie", ""),
        (":method", "CONNECT"),
        (":method", "DELETE"),
        (":method", "GET"),
        (":method", "HEAD"),
        (":method", "OPTIONS"),
        (":method", "POST"),
        (":method", "PUT"),
        (":scheme", "http"),
        (":scheme", "https"),
        (":status", "103"),
        (":status", "200"),
        (":status", "304"),
        (":status", "404"),
        (":status", "503"),
        ("accept", "*/*"),
        ("accept", "application/dns-message"),
        ("accept-encoding", "gzip, deflate, br"),
        ("accept-ranges", "bytes"),
        ("access-control-allow-headers", "cache-control"),
        ("access-control-allow-headers", "content-type"),
        ("access-control-allow-origin", "*"),
        ("cache-control", "max-age=0"),
        ("cache-control", "max-age=2592000"),
        ("cache-control", "max-age=604800"),
        ("cache-control", "no-cache"),
        ("cache-control", "no-store"),
        ("cache-control", "public, max-age=31536000"),
        ("content-encoding", "br"),
        ("content-encoding", "gzip"),
        ("content-type", "application/dns-message"),
        ("content-type", "application/javascript"),
        ("content-type", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "image/gif"),
        ("content-type", "image/jpeg"),
        ("content-type", "image/png"),
        ("content-type", "text/css"),
        ("content-type", "text/html; charset=utf-8"),
        ("content-type", "text/plain"),
        ("content-type", "text/plain;charset=utf-8"),
        ("range", "bytes=0-"),
        ("strict-transport-security", "max-age=31536000"),
        ("strict-transport-security", "max-age=31536000; includesubdomains"),
        ("strict-transport-security", "max-age=31536000; includesubdomains; preload"),
        ("vary", "accept-encoding"),
        ("vary", "origin"),
        ("x-content-type-options", "nosniff"),
        ("x-xss-protection", "1; mode=block"),
        (":status", "100"),
        (":status", "204"),
        (":status", "206"),
        (":status", "302"),
        (":status", "400"),
        (":status", "403"),
        (":status", "421"),
        (":status", "425"),
        (":status", "500"),
        ("accept-language", ""),
        ("access-control-allow-credentials", "FALSE"),
        ("access-control-allow-credentials", "TRUE"),
        ("access-control-allow-headers", "*"),
        ("access-control-allow-methods", "get"),
        ("access-control-allow-methods", "get, post, options"),
        ("access-control-allow-methods", "options"),
        ("access-control-expose-headers", "content-length"),
        ("access-control-request-headers", "content-type"),
        ("access-control-request-method", "get"),
        ("access-control-request-method", "post"),
        ("alt-svc", "clear"),
        ("authorization", ""),
        ("content-security-policy", "script-src 'none'; object-src 'none'; base-uri 'none'"),
        ("early-data", "1"),
        ("expect-ct", ""),
        ("forwarded", ""),
        ("if-range", ""),
        ("origin", ""),
        ("purpose", "prefetch"),
        ("server", ""),
        ("timing-allow-origin", "*"),
        ("upgrade-insecure-requests", "1"),
        ("user-agent", ""),
        ("x-forwarded-for", ""),
        ("x-frame-options", "deny"),
        ("x-frame-options", "sameorigin"),
    ];

    private static readonly byte[][] Names = Array.ConvertAll(Entries, static entry => Encoding.ASCII.GetBytes(entry.Name));
    private static readonly byte[][] Values = Array.ConvertAll(Entries, static entry => Encoding.ASCII.GetBytes(entry.Value));
    private static readonly byte[] FirstOfName = new byte[Entries.Length];

    /// <summary>Open addressing over the hash of a name: the first index that has it, plus one; 0 for a free slot.</summary>
    private static readonly byte[] Slots = new byte[SlotCount];

    static StaticTable()
    {
        for (int index = 0; index < Count; index++)
        {
            int known = FindName(Names[index]);
            FirstOfName[index] = (byte)(known >= 0 ? known : index);
            if (known < 0)
            {
                Slots[FreeSlot(Names[index])] = (byte)(index + 1);
            }
        }
    }

    /// <summary>The number of entries.</summary>
    public static int Count => Entries.Length;

    /// <summary>The name at an index.</summary>
    public static ReadOnlySpan<byte> Name(int index) => Names[index];

    /// <summary>The value at an index.</summary>
    public static ReadOnlySpan<byte> Value(int index) => Values[index];

    /// <summary>The first index that has the same name.</summary>
    public static int First(int index) => FirstOfName[index];

    /// <summary>The first index that has a name, written in lower case; -1 where none has.</summary>
    public static int FindName(ReadOnlySpan<byte> name)
    {
        for (int slot = Hash(name); Slots[slot] != 0; slot = (slot + 1) % SlotCount)
        {
            if (name.SequenceEqual(Names[Slots[slot] - 1]))
            {
                return Slots[slot] - 1;
            }
        }
        return -1;
    }

    /// <summary>The index that has a name and a value; -1 where none has.</summary>
    /// <param name="first">What <see cref="FindName"/> returned for the name.</param>
    /// <param name="value">The value.</param>
    public static int FindValue(int first, ReadOnlySpan<byte> value)
    {
        // Entries with one name are mostly neighbours, but :status, for one, comes in two runs.
        for (int index = first; index < Count; index++)
        {
            if (FirstOfName[index] == first && value.SequenceEqual(Values[index]))
            {
                return index;
            }
        }
        return -1;
    }

    private static int FreeSlot(ReadOnlySpan<byte> name)
    {
        int slot = Hash(name);
        while (Slots[slot] != 0)
        {
            slot = (slot + 1) % SlotCount;
        }
        return slot;
    }

    private static int Hash(ReadOnlySpan<byte> name) =>
        name.IsEmpty ? 0 : (name.Length * 131 + name[0] * 31 + name[^1] * 17 + name[name.Length / 2] * 7) % SlotCount;
}
