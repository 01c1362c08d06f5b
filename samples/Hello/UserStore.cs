using System.Collections.Concurrent;

namespace Hello;

public interface IUserStore
{
    User? Find(int id);

    IReadOnlyList<User> List(int after, int limit);

    ValueTask<User> AddAsync(NewUser user, CancellationToken stop);

    bool Remove(int id);
}

/// <summary>Users in memory, three to begin with.</summary>
public sealed class UserStore : IUserStore
{
    private readonly ConcurrentDictionary<int, User> _users = new(
        new[] { "Ada", "Barbara", "Grace" }.Select(static (name, i) => KeyValuePair.Create(i + 1, new User(i + 1, name, null))));

    private int _lastId = 3;

    public User? Find(int id) => _users.GetValueOrDefault(id);

    public IReadOnlyList<User> List(int after, int limit) =>
        [.. _users.Values.Where(user => user.Id > after).OrderBy(static user => user.Id).Take(limit)];

    public ValueTask<User> AddAsync(NewUser user, CancellationToken stop)
    {
        User added = new(Interlocked.Increment(ref _lastId), user.Name, user.Email);
        _users[added.Id] = added;
        return ValueTask.FromResult(added);
    }

    public bool Remove(int id) => _users.TryRemove(id, out _);
}
