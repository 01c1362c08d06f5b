namespace HyperGen.Server.Startup;

/// <summary>Another program listens where the application wants to. The host logs what is thrown at start-up in full, so this is the sentence and no more:
/// where in the server it came to light helps nobody.</summary>
internal sealed class AddressTakenException(IOException failure) : IOException(
    failure.Message.TrimEnd('.') + ". Stop the program that listens there, or choose another port: --server:httpPort=<port> for HTTP, --server:port=<port> for HTTPS; 0 takes one that is free.",
    failure)
{
    public override string ToString() => Message;
}
