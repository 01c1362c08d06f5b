using System.Text.Json.Serialization;

namespace Hello;

[HyperController("/users"), Use<ServerTiming>]
public sealed class Users(IUserStore store)
{
    // A constraint is part of the route: /users/0 and /users/ada are 404. So is an answer of null.
    [Get("/{id:int:min(1)}")]
    public User? Find(int id) => store.Find(id);

    // What is not in the route is read from the query: /users?after=2&limit=10.
    [Get]
    public IReadOnlyList<User> List(int after = 0, int limit = 100) => store.List(after, limit);

    // A body is JSON. Urls is generated from the routes, so a link cannot point to nowhere.
    [Post, MaxBody(64 * 1024)]
    public async ValueTask<Reply<User>> Add(NewUser user, CancellationToken stop)
    {
        User added = await store.AddAsync(user, stop);
        return Reply.Created(Urls.Users.Find(added.Id), added);
    }

    [Delete("/{id:int:min(1)}")]
    public Reply Remove(int id) => store.Remove(id) ? Reply.NoContent() : Reply.NotFound();
}

public sealed record User(int Id, string Name, string? Email);

public sealed record NewUser(string Name, string? Email = null);

// What System.Text.Json shall compile. A type that is missing here is a build error, and the code fix adds it.
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(IReadOnlyList<User>))]
[JsonSerializable(typeof(Tick))]
[JsonSerializable(typeof(Count))]
public sealed partial class HelloJson : JsonSerializerContext;
