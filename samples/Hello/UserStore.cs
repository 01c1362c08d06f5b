using System.Collections.Concurrent;

namespace Hello;

/// <summary>Users in memory, gone with the process.</summary>
public sealed class UserStore
{
    private readonly ConcurrentDictionary<int, User> _users = new([new(1, new User(1, "Ada")), new(2, new User(2, "Grace"))]);
    private int _lastId = 2;

    public IEnumerable<User> List(string? name, int limit) => _users.Values
        .Where(user => name is null || user.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
        .OrderBy(static user => user.Id)
        .Take(limit);

    public User? Find(int id) => _users.GetValueOrDefault(id);

    public User Add(string name)
    {
        var user = new User(Interlocked.Increment(ref _lastId), name);
        _users[user.Id] = user;
        return user;
    }

    public bool Remove(int id) => _users.TryRemove(id, out _);
}
