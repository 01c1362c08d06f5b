using HyperGen.Http3.Frames;
using HyperGen.Http3.Tests.Messages;

namespace HyperGen.Http3.Tests.Frames;

public sealed class ControlStreamTests
{
    private static readonly byte[] NoSettings = Wire.Frame(4);

    private readonly List<string> _log = [];

    [Fact]
    public void Settings_survive_the_round_trip()
    {
        var settings = new Settings { MaxFieldSectionSize = 32768, QpackMaxTableCapacity = 4096, QpackBlockedStreams = 16, EnableConnectProtocol = true };
        var buffer = new byte[Settings.MaxLength];
        byte[] frame = buffer[..settings.Write(buffer)];
        Assert.False(Receive(frame).IsError);
        Assert.Equal([settings.ToString()], _log);
    }

    [Fact]
    public void Frames_are_told_wherever_the_stream_breaks()
    {
        byte[] stream = [.. NoSettings, .. Wire.Frame(0x21, 1, 2, 3), .. Wire.Frame(0xd, 0x40, 0x64), .. Wire.Frame(7, 0), .. Wire.Frame(0xf0700, [4, .. "u=1"u8])];
        for (int cut = 0; cut < stream.Length; cut++)
        {
            _log.Clear();
            var control = new ControlStream(isServer: true);
            var sink = new Sink(_log);
            Assert.False(control.Receive(stream.AsSpan(0, cut), ref sink).IsError);
            Assert.False(control.Receive(stream.AsSpan(cut), ref sink).IsError);
            Assert.Equal([new Settings().ToString(), "max push 100", "goaway 0", "priority False 4 u=1"], _log);
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc9114#section-6.2.1
    //= type=test
    //# If the first frame of the control stream is any other frame type, this MUST be treated as a connection error of type H3_MISSING_SETTINGS.
    [Theory]
    [InlineData(0x07)]
    [InlineData(0x21)]
    [InlineData(0x00)]
    public void Settings_come_first(ulong type) => Assert.Equal(ErrorCode.MissingSettings, Receive(Wire.Frame(type, 0)).Code);

    //= https://www.rfc-editor.org/rfc/rfc9114#section-7.2.4
    //= type=test
    //# If an endpoint receives a second SETTINGS frame on the control stream, the endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED.
    [Theory]
    [InlineData(0x04)]
    [InlineData(0x00)]
    [InlineData(0x01)]
    [InlineData(0x05)]
    [InlineData(0x02)]
    [InlineData(0x06)]
    public void Frames_that_do_not_belong_here_close_the_connection(ulong type) =>
        Assert.Equal(ErrorCode.FrameUnexpected, Receive([.. NoSettings, .. Wire.Frame(type)]).Code);

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# If a client receives a PRIORITY_UPDATE frame, this MUST be treated as a connection error of type H3_FRAME_UNEXPECTED.
    [Theory]
    [InlineData(0xd)]
    [InlineData(0xf0700)]
    [InlineData(0xf0701)]
    public void A_client_takes_no_frame_that_only_clients_send(ulong type) =>
        Assert.Equal(ErrorCode.FrameUnexpected, Receive([.. NoSettings, .. Wire.Frame(type, 1)], isServer: false).Code);

    //= https://www.rfc-editor.org/rfc/rfc9218#section-7.2
    //= type=test
    //# If a server receives a PRIORITY_UPDATE (type=0xF0700) for a stream ID that is not a request stream, this MUST be treated as a connection error of type H3_ID_ERROR.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Only_requests_have_a_priority(byte id) =>
        Assert.Equal(ErrorCode.IdError, Receive([.. NoSettings, .. Wire.Frame(0xf0700, id, (byte)'u', (byte)'=', (byte)'1')]).Code);

    [Theory]
    [InlineData("0201", ErrorCode.SettingsError)]
    [InlineData("0500", ErrorCode.SettingsError)]
    [InlineData("06010602", ErrorCode.SettingsError)]
    [InlineData("0802", ErrorCode.SettingsError)]
    [InlineData("06", ErrorCode.FrameError)]
    [InlineData("0640", ErrorCode.FrameError)]
    public void Wrong_settings_close_the_connection(string payload, object code) =>
        Assert.Equal((ErrorCode)code, Receive(Wire.Frame(4, Convert.FromHexString(payload))).Code);

    [Fact]
    public void Identifiers_never_go_back()
    {
        Assert.Equal(ErrorCode.IdError, Receive([.. NoSettings, .. Wire.Frame(0xd, 5), .. Wire.Frame(0xd, 4)]).Code);
        Assert.Equal(ErrorCode.IdError, Receive([.. NoSettings, .. Wire.Frame(7, 4), .. Wire.Frame(7, 8)]).Code);
        Assert.Equal(ErrorCode.IdError, Receive([.. NoSettings, .. Wire.Frame(7, 5)], isServer: false).Code);
    }

    [Fact]
    public void A_frame_holds_exactly_its_integer()
    {
        Assert.Equal(ErrorCode.FrameError, Receive([.. NoSettings, .. Wire.Frame(7)]).Code);
        Assert.Equal(ErrorCode.FrameError, Receive([.. NoSettings, .. Wire.Frame(7, 0, 0)]).Code);
        Assert.Equal(ErrorCode.FrameError, Receive([.. NoSettings, .. Wire.Frame(0xf0700)]).Code);
        Assert.Equal(ErrorCode.FrameError, Receive([.. NoSettings, .. Wire.Frame(0xf0700, 0x40)]).Code);
    }

    [Fact]
    public void Long_frames_are_refused_before_they_are_gathered() =>
        Assert.Equal(ErrorCode.ExcessiveLoad, Receive(Wire.Frame(4, new byte[5000])[..10]).Code);

    private Http3Error Receive(byte[] stream, bool isServer = true)
    {
        var control = new ControlStream(isServer);
        var sink = new Sink(_log);
        return control.Receive(stream, ref sink);
    }

    private readonly struct Sink(List<string> log) : IControlSink
    {
        public Http3Error OnSettings(in Settings settings)
        {
            log.Add(settings.ToString());
            return default;
        }

        public void OnGoAway(ulong id) => log.Add($"goaway {id}");

        public void OnMaxPushId(ulong id) => log.Add($"max push {id}");

        public Http3Error OnCancelPush(ulong id) => Http3Error.Connection(ErrorCode.IdError, "Nothing is pushed.");

        public Http3Error OnPriorityUpdate(bool isPush, ulong id, ReadOnlySpan<byte> value)
        {
            log.Add($"priority {isPush} {id} {System.Text.Encoding.ASCII.GetString(value)}");
            return default;
        }
    }
}
