using HyperGen.Quic;
using HyperGen.Quic.Parameters;

namespace HyperGen.Fuzz.Targets;

/// <summary>Transport parameters, as either role sends them; the first byte says which.</summary>
internal sealed class ParametersTarget : Target
{
    public override string Name => "transport-parameters";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var encoded = new byte[TransportParameters.MaxEncodedLength];
            var own = new TransportParameters
            {
                InitialSourceConnectionId = new([1, 2, 3, 4]),
                InitialMaxData = 1 << 20,
                InitialMaxStreamDataBidiLocal = 1 << 18,
                InitialMaxStreamsBidi = 10,
                ActiveConnectionIdLimit = 4,
                MaxIdleTimeout = TimeSpan.FromSeconds(30),
            };
            yield return [0, .. encoded[..own.Write(encoded)]];
            own.OriginalDestinationConnectionId = new([1, 2, 3, 4, 5, 6, 7, 8]);
            own.RetrySourceConnectionId = new([9, 9]);
            own.StatelessResetToken = new(1, 2);
            yield return [1, .. encoded[..own.Write(encoded)]];
            yield return [1, 0x0d, 0x29, 1, 2, 3, 4, 1, 0xbb, .. new byte[16], 0, 0, 4, 1, 2, 3, 4, .. new byte[16]];
            yield return [0, 0x0b, 0x02, 0x40, 0x19, 0x03, 0x02, 0x45, 0xac, 0x0a, 0x01, 0x03, 0x0c, 0x00, 0x20, 0x02, 0x43, 0xe8];
            yield return [0, 0x11, 0x08, 0, 0, 0, 1, 0, 0, 0, 1];
        }
    }

    public override string Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return "empty";
        var error = TransportParameters.TryRead(input[1..], (input[0] & 1) == 0 ? Role.Client : Role.Server, out _);
        return error.IsError ? $"{error.Code}: {error.Reason}" : "good";
    }
}
