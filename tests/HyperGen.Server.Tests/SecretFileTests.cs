using System.Globalization;
using System.Runtime.Versioning;
using HyperGen.Server.Certificates;
using HyperGen.Transport.Shards;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HyperGen.Server.Tests;

public sealed class SecretFileTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("hypergen").FullName;

    private string FilePath => Path.Combine(_directory, "secrets");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_restart_keeps_the_secrets()
    {
        ServerSecrets first = SecretFile.LoadOrCreate(FilePath, s_start);
        ServerSecrets second = SecretFile.LoadOrCreate(FilePath, s_start.AddMinutes(119));
        Assert.Equal(first.ResetKey, second.ResetKey);
        Assert.Equal(first.TokenKey, second.TokenKey);
        Assert.Equal(first.TicketSecrets, second.TicketSecrets);
        Assert.Equal(3, new HashSet<string>([Convert.ToHexString(first.ResetKey), Convert.ToHexString(first.TokenKey), Convert.ToHexString(first.TicketSecrets[0])]).Count);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void Only_the_user_may_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes: the folder sees to it.");
        SecretFile.LoadOrCreate(FilePath, s_start);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void The_secret_of_tickets_rotates_and_the_oldest_is_forgotten()
    {
        ServerSecrets secrets = SecretFile.LoadOrCreate(FilePath, s_start);
        byte[] first = secrets.TicketSecrets[0];
        for (int rotation = 1; rotation <= 3; rotation++)
        {
            SecretFile.Refresh(FilePath, secrets, s_start.AddHours(2 * rotation));
            Assert.Equal(Math.Min(3, rotation + 1), secrets.TicketSecrets.Count);
            Assert.Equal(rotation < 3, first.SequenceEqual(secrets.TicketSecrets[0]));
            Assert.Equal(rotation < 3, File.ReadAllText(FilePath).Contains(Convert.ToHexStringLower(first), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_server_takes_over_what_another_has_rotated_to()
    {
        ServerSecrets one = SecretFile.LoadOrCreate(FilePath, s_start);
        ServerSecrets other = SecretFile.LoadOrCreate(FilePath, s_start);
        SecretFile.Refresh(FilePath, one, s_start.AddHours(2));
        IReadOnlyList<byte[]> before = other.TicketSecrets;
        SecretFile.Refresh(FilePath, other, s_start.AddHours(2));
        Assert.Equal(one.TicketSecrets, other.TicketSecrets);
        Assert.NotSame(before, other.TicketSecrets);
        before = other.TicketSecrets;
        SecretFile.Refresh(FilePath, other, s_start.AddHours(3));
        Assert.Same(before, other.TicketSecrets);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_file_that_others_may_read_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes: the folder sees to it.");
        ServerSecrets first = SecretFile.LoadOrCreate(FilePath, s_start);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        ServerSecrets second = SecretFile.LoadOrCreate(FilePath, s_start);
        Assert.NotEqual(first.ResetKey, second.ResetKey);
        Assert.NotEqual(first.TicketSecrets[0], second.TicketSecrets[^1]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("reset 00\ntoken zz\nticket x y")]
    [InlineData("reset {0}\ntoken {0}")]
    [InlineData("reset {0}\ntoken {0}\nticket 99999999999999 {0}")]
    public void A_damaged_file_is_made_whole(string content)
    {
        SecretFile.LoadOrCreate(FilePath, s_start);
        File.WriteAllText(FilePath, string.Format(CultureInfo.InvariantCulture, content, new string('1', 64)));
        ServerSecrets secrets = SecretFile.LoadOrCreate(FilePath, s_start);
        Assert.InRange(secrets.TicketSecrets.Count, 1, 3);
        Assert.Equal(secrets.ResetKey, SecretFile.LoadOrCreate(FilePath, s_start).ResetKey);
    }

    [Fact]
    public void Without_a_place_to_keep_them_secrets_last_as_long_as_the_process()
    {
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        var options = Options.Create(new HyperServerOptions { Secrets = Path.Combine(_directory, "file", "secrets") });
        using var secrets = new SharedSecrets(options, NullLoggerFactory.Instance);
        Assert.Equal(32, secrets.Current.ResetKey.Length);
        Assert.Same(secrets.Current, secrets.Current);
    }

    [Fact]
    public void Each_shard_follows_the_rotation_and_opens_the_others_tickets()
    {
        var secrets = ServerSecrets.Create();
        using var tickets = new SharedTickets(secrets, HyperGen.Tls.Crypto.CryptoProvider.Default);
        byte[] ticket = OnThread(() => tickets.Current.Seal([1, 2, 3]));
        Assert.True(OnThread(() => tickets.Current.TryOpen(ticket, out byte[] state) && state is [1, 2, 3]));
        secrets.Rotate(secrets.TicketSecrets[0], ServerSecrets.Draw());
        Assert.True(OnThread(() => tickets.Current.TryOpen(ticket, out _)));
        secrets.Rotate(ServerSecrets.Draw(), ServerSecrets.Draw(), ServerSecrets.Draw());
        Assert.False(OnThread(() => tickets.Current.TryOpen(ticket, out _)));
    }

    private static T OnThread<T>(Func<T> function)
    {
        T result = default!;
        var thread = new Thread(() => result = function());
        thread.Start();
        thread.Join();
        return result;
    }
}
