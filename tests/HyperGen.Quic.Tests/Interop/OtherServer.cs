using System.Globalization;

namespace HyperGen.Quic.Tests.Interop;

/// <summary>A server of another project, with our test certificate, a short page at / and a long one at /200000.</summary>
internal sealed class OtherServer : IDisposable
{
    /// <summary>The least that the long page has.</summary>
    public const int LongPage = 200_000;

    public const string Gtlsserver = "gtlsserver -q {2} -d {1} 127.0.0.1 {0} {1}/key.pem {1}/cert.pem";
    public const string QuicGo = "quic-go-server {2} -addr 127.0.0.1:{0} -cert {1}/cert.pem -key {1}/key.pem -root {1}";
    public const string Aioquic = "aioquic-server {2} --host 127.0.0.1 --port {0} -c {1}/cert.pem -k {1}/key.pem";

    /// <summary>For what the others cannot be told to do.</summary>
    public const string Nginx = "nginx -c {1}/nginx.conf";

    private readonly string _folder = Path.Combine(Peer.Share, $"hypergen-{Environment.ProcessId}-{Guid.NewGuid():N}");

    /// <param name="program">One of the constants.</param>
    /// <param name="options">Further options of the program's.</param>
    public OtherServer(string program, string options = "")
    {
        var (key, certificate) = TestTls.Pem;
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key);
        File.WriteAllText(Path.Combine(_folder, "cert.pem"), certificate);
        File.WriteAllText(Path.Combine(_folder, "index.html"), "Hello");
        File.WriteAllBytes(Path.Combine(_folder, LongPage.ToString(CultureInfo.InvariantCulture)), new byte[LongPage]);
        Port = UdpDriver.FindFreePort();
        var inside = $"/share/{Path.GetFileName(_folder)}";
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off; master_process off; pid {{inside}}/nginx.pid; error_log {{inside}}/error.log; events {}
            http {
                access_log off;
                server {
                    listen 127.0.0.1:{{Port}} quic; quic_retry on; root {{inside}};
                    ssl_certificate {{inside}}/cert.pem; ssl_certificate_key {{inside}}/key.pem;
                }
            }
            """);
        Peer = Peer.Start(string.Format(CultureInfo.InvariantCulture, program, Port, inside, options), seconds: 90);
    }

    public int Port { get; }

    public Peer Peer { get; }

    public void Dispose()
    {
        Peer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
