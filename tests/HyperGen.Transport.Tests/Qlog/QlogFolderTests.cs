using System.Buffers;
using System.Runtime.Versioning;
using HyperGen.Quic;
using HyperGen.Transport.Qlog;
using HyperGen.Transport.Udp;

namespace HyperGen.Transport.Tests.Qlog;

/// <summary>Traces are private, bounded, and never a reason not to serve.</summary>
public sealed class QlogFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hypergen-qlog-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_trace_is_for_the_user_only_and_takes_the_place_of_no_file()
    {
        Assert.SkipUnless(UdpSocket.IsSupported, "These file modes are Unix's.");
        var folder = new QlogFolder(_folder.FullName);
        string other = Path.Combine(_folder.FullName, "0202020202020202_server.sqlog");
        File.WriteAllText(other, "somebody's");
        string target = Path.Combine(_folder.FullName, "target");
        File.WriteAllText(target, "somebody's");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "0303030303030303_server.sqlog"), target);

        Write(folder.Open(Role.Server, Id(1)), "trace");

        Assert.Null(folder.Open(Role.Server, Id(1)));
        Assert.Null(folder.Open(Role.Server, Id(2)));
        Assert.Null(folder.Open(Role.Server, Id(3)));
        string trace = Path.Combine(_folder.FullName, "0101010101010101_server.sqlog");
        Assert.Equal("trace", File.ReadAllText(trace));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(trace));
        Assert.Equal("somebody's", File.ReadAllText(other));
        Assert.Equal("somebody's", File.ReadAllText(target));
    }

    [Fact]
    public void There_are_so_many_files_however_often_the_server_starts()
    {
        var folder = new QlogFolder(_folder.FullName, maxFiles: 3);
        Write(folder.Open(Role.Server, Id(1)), "1");
        Assert.Null(folder.Open(Role.Server, Id(1)));
        Write(folder.Open(Role.Server, Id(2)), "2");

        var again = new QlogFolder(_folder.FullName, maxFiles: 3);
        Write(again.Open(Role.Server, Id(3)), "3");
        Assert.Null(again.Open(Role.Server, Id(4)));
        Assert.Equal(3, _folder.GetFiles().Length);
    }

    [Fact]
    public void A_file_ends_where_it_is_long_enough()
    {
        var folder = new QlogFolder(_folder.FullName, maxFileLength: 100_000);
        IBufferWriter<byte> file = folder.Open(Role.Client, Id(1))!;
        for (int record = 0; record < 1000; record++)
        {
            file.Write(new byte[1000]);
        }
        ((IDisposable)file).Dispose();

        Assert.InRange(_folder.GetFiles().Single().Length, 100_000, 140_000);
    }

    [Fact]
    public void A_full_disk_ends_the_trace_and_nothing_else()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full.");
        using var file = new QlogFile(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), int.MaxValue);
        for (int record = 0; record < 1000; record++)
        {
            file.Write(new byte[1000]);
        }
    }

    private static ConnectionId Id(byte each)
    {
        var bytes = new byte[8];
        bytes.AsSpan().Fill(each);
        return new ConnectionId(bytes);
    }

    private static void Write(IBufferWriter<byte>? file, string text)
    {
        Assert.NotNull(file);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        ((IDisposable)file).Dispose();
    }
}
