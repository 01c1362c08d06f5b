// Ten endpoints that show the ideas. Run it, and open http://localhost:8080 or https://localhost:8443:
//   dotnet run -c Release --project samples/Hello
// Other ports: -- --server:httpPort=5000 --server:port=5001, where 0 picks a free one.
using Hello;

// A middleware for every endpoint of the program.
[assembly: Use<RequestLog>]

var builder = HyperApp.CreateBuilder(args);
builder.Services.AddSingleton<UserStore>();
await using var app = builder.Build();
await app.RunAsync();

namespace Hello
{
    [HyperController("/")]
    public static class Site
    {
        // The style sheet is announced with the page: Link: </assets/main.css>; rel=preload.
        [Get("/"), Push("/assets/main.css", Urgency = 1)]
        public static Reply Home() => Reply.Html(Page.Html);

        [Get("/assets/main.css")]
        public static Reply Style() => Reply.Text(Page.Css, "text/css; charset=utf-8");

        // A route value with a default: /hello and /hello/Ada.
        [Get("/hello/{name=world}")]
        public static string Hello(string name) => $"Hello, {name}!";

        // Server-sent events, one a second until the client goes: curl -N http://localhost:8080/ticks
        [Get("/ticks")]
        public static Reply<IAsyncEnumerable<Tick>> Ticks(int count = 10, CancellationToken stop = default) => Reply.Events(Count(count, stop));

        // The body as it arrives, never held in memory: curl --data-binary @file http://localhost:8080/upload
        [Post("/upload"), MaxBody(1024 * 1024 * 1024)]
        public static async Task<Upload> Upload(Stream body, CancellationToken stop)
        {
            byte[] hash = await System.Security.Cryptography.SHA256.HashDataAsync(body, stop);
            return new Upload(Convert.ToHexStringLower(hash));
        }

        // Too slow for its deadline: after half a second the token is cancelled and the answer is 503.
        [Get("/slow"), Deadline(500)]
        public static async Task<string> Slow(CancellationToken stop)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), stop);
            return "never";
        }

        private static async IAsyncEnumerable<Tick> Count(int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            for (int number = 1; number <= count; number++)
            {
                yield return new Tick(number, DateTimeOffset.UtcNow);
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    // Every field is readonly and the store is a singleton: one instance serves all requests.
    [HyperController("/users")]
    public sealed class Users(UserStore store)
    {
        [Get]
        public IEnumerable<User> List(string? name = null, int limit = 100) => store.List(name, limit);

        // A path that is no positive number is not this route: 404. No such user: null, and 404 again.
        [Get("/{id:int:min(1)}")]
        public User? Find(int id) => store.Find(id);

        // The body is checked before this runs: {} or a null name is answered with 400 and what is wrong with it.
        [Post, MaxBody(64 * 1024)]
        public Reply<User> Add(NewUser user)
        {
            User added = store.Add(user.Name);
            return Reply.Created(Urls.Users.Find(added.Id), added);
        }

        [Delete("/{id:int:min(1)}")]
        public Reply Remove(int id) => store.Remove(id) ? Reply.NoContent() : Reply.NotFound($"There is no user {id}.");
    }
}
