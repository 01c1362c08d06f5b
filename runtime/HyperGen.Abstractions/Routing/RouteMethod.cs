using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HyperGen.CompilerServices;

/// <summary>An HTTP method as one number, so that the generated router finds it with one probe of a table instead of a chain of branches that nothing can predict.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RouteMethod
{
    /// <summary>The shortest name that fits.</summary>
    private const int Shortest = 3;

    /// <summary>The longest name that fits.</summary>
    private const int Longest = 7;

    private const ulong BeyondAscii = 0xFF80FF80FF80FF80;

    /// <summary>
    /// The characters of a method of three to seven ASCII characters, the first four interleaved with the last three, and above them its length: no two have the same number.
    /// Zero for any other, and on a big-endian machine.
    /// </summary>
    /// <param name="method">The method, as it came.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Number(string method)
    {
        if ((uint)(method.Length - Shortest) > Longest - Shortest || !BitConverter.IsLittleEndian)
        {
            return 0;
        }
        // A string ends with a zero that is not counted, so four characters can be read where three are left.
        ref byte first = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(method.AsSpan()));
        ulong head = Unsafe.ReadUnaligned<ulong>(ref first);
        ulong tail = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, (method.Length - Shortest) * sizeof(char)));
        return ((head | tail) & BeyondAscii) == 0 ? head | (tail << 8) | ((ulong)method.Length << 56) : 0;
    }
}
