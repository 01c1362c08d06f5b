using System.Runtime.InteropServices;
using HyperGen.Tls.Crypto;

namespace HyperGen.Benchmarks.Connections;

/// <summary>What glibc's allocator has handed out: libcrypto's contexts are there.</summary>
internal static class NativeHeap
{
    private const int Count = 10_000;

    /// <summary>What an AEAD key takes there, from the difference that many make. To be called on the first thread, whose arena is the one that is told of.</summary>
    public static long BytesOfCipher()
    {
        var ciphers = new Aead[Count];
        byte[] key = new byte[AeadAlgorithm.Aes128Gcm.KeyLength];
        using Aead first = CryptoProvider.Default.CreateAead(AeadAlgorithm.Aes128Gcm, key);
        long before = InUse();
        for (int index = 0; index < Count; index++)
        {
            ciphers[index] = CryptoProvider.Default.CreateAead(AeadAlgorithm.Aes128Gcm, key);
        }
        long bytes = (InUse() - before) / Count;
        foreach (Aead cipher in ciphers)
        {
            cipher.Dispose();
        }
        return bytes;
    }

    private static long InUse()
    {
        Information information = MallInfo2();
        return (long)(information.InUse + information.Mapped);
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern Information MallInfo2();

    /// <summary><c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Information
    {
        public readonly nuint Arena;
        public readonly nuint FreeChunks;
        public readonly nuint FastChunks;
        public readonly nuint MappedRegions;
        public readonly nuint Mapped;
        public readonly nuint Unused;
        public readonly nuint FastFree;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Releasable;
    }
}
