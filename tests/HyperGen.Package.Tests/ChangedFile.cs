namespace HyperGen.Package.Tests;

/// <summary>A file of the consumer as a user has written it, until it is put back as it was.</summary>
internal sealed class ChangedFile : IDisposable
{
    private readonly string _path;
    private readonly string? _before;

    public ChangedFile(PackedConsumer consumer, string name, string text)
    {
        _path = Path.Combine(consumer.Directory, name);
        _before = File.Exists(_path) ? File.ReadAllText(_path) : null;
        File.WriteAllText(_path, text);
    }

    public void Dispose()
    {
        if (_before is null)
        {
            File.Delete(_path);
        }
        else
        {
            File.WriteAllText(_path, _before);
        }
    }
}
