using System.Net;
using System.Text;
using HyperGen.Generator;
using HyperGen.Testing;
using Microsoft.AspNetCore.Builder;

namespace HyperGen.Agreement.Tests;

/// <summary>The same bytes to two Kestrels, one with ASP.NET Core's routing and one with ours: status, route values and Allow agree, or a policy says why not.</summary>
public sealed class AgreementTests
{
    private const int Requests = 6_000;

    private static readonly (string Method, string Template)[] Templates =
    [
        ("GET", "/"), ("GET", "/users"), ("POST", "/users"), ("GET", "/users/me"), ("GET", "/users/{id:int}"), ("DELETE", "/users/{id:int}"),
        ("POST", "/users/{name}"), ("GET", "/users/{id:int}/roles/{role?}"), ("GET", "/files/{name}.{extension?}"), ("PUT", "/files/{**path}"),
        ("GET", "/files/{**path}"), ("GET", "/a/{x}/b"), ("GET", "/a/{x}/{y}"), ("GET", "/a/{x}/{**rest}"), ("PATCH", "/a/b/{y}"),
        ("GET", "/v{major:int}/{page=home}"), ("GET", "/menü/{dish}"), ("GET", "/r/{code:regex(^\\d{{3}}$)}"), ("GET", "/len/{s:length(2,4)}"),
        ("GET", "/opt/{a?}"), ("HEAD", "/opt/{a?}"), ("GET", "/def/{a=1}/{b=2}"), ("GET", "/guid/{g:guid}"), ("GET", "/date/{d:datetime}"), ("GET", "/alpha/{a:alpha}"),
        ("GET", "/bool/{b:bool}/{f:double}"), ("OPTIONS", "/cors/{x}"), ("GET", "/cors/{x}"), ("GET", "/star/{*rest}"), ("GET", "/{from}-{to}/range"),
    ];

    private static readonly string[] Pieces =
    [
        "users", "USERS", "me", "Me", "5", "-7", "99999999999", "%35", "+5", "%205", "roles", "files", "a", "b", "x.y", "x.", ".x", "a.b.c", "v1", "v", "home",
        "menü", "men%C3%BC", "MEN%C3%9C", "men%c3%bc", "r", "123", "1234", "len", "abc", "%E2%82%AC", "opt", "def", "guid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "date", "2020-01-31", "alpha", "aBc", "bool", "true", "1e5", "cors", "star", "from-to", "range", "x-y-z", "-", "", "", ".", "..", "%2e", "%2E%2e", ".%2E",
        "%2F", "a%2fb", "%25", "%2525", "%zz", "%", "%4", "%41", "%FF", "%C3", "%C3%28", "%ED%A0%80", "%F0%9F%98%80", "%00", "%0d%0a", "%7f", "%20", "~", "a;b=c",
        "a,b", "a@b", "a:b", "a$b", "[x]", "{x}", "a|b", "a%3Fb", "a%23b", "a+b", "%5C", "\\", "%09", "!*'()",
    ];

    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "PURGE"];

    [Fact]
    public async Task Every_difference_to_ASPNET_Core_is_a_documented_policy()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        IReadOnlyList<RouteEntry> routes = CompiledRouter.Entries(Templates);
        Assert.Empty(RouteConflicts.Find(routes));
        (WebApplication aspNet, IPEndPoint aspNetAddress) = await AspNetServer.StartAsync(routes, stop);
        (HyperApp hyperGen, IPEndPoint hyperGenAddress) = await HyperGenServer.StartAsync(CompiledRouter.Compile(routes), stop);
        await using var aspNetClient = new RawClient(aspNetAddress);
        await using var hyperGenClient = new RawClient(hyperGenAddress);

        var random = new Random(2026);
        var classes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var unexplained = new List<string>();
        int agreed = 0;
        for (int i = 0; i < Requests; i++)
        {
            string method = Methods[random.Next(Methods.Length)];
            string target = Target(random);
            byte[] bytes = Encoding.UTF8.GetBytes(target);
            Answer expected = await aspNetClient.SendAsync(method, bytes, stop);
            Answer actual = await hyperGenClient.SendAsync(method, bytes, stop);
            if (expected == actual)
            {
                agreed++;
            }
            else if (Policy.Explain(method, target, expected, actual, await AnsweredAsync(aspNetClient, bytes, stop)) is { } policy)
            {
                classes[policy] = classes.GetValueOrDefault(policy) + 1;
            }
            else
            {
                unexplained.Add($"{method} {target}: ASP.NET Core says {expected}, HyperGen says {actual}");
            }
        }
        await aspNet.DisposeAsync();
        await hyperGen.DisposeAsync();

        TestContext.Current.TestOutputHelper?.WriteLine($"{agreed} agreed; " + string.Join("; ", classes.Select(static pair => $"{pair.Key}: {pair.Value}")));
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} differences:\n" + string.Join('\n', unexplained.Take(30)));
        Assert.InRange(classes.Count, 1, 10);
        Assert.True(agreed > Requests / 2, $"Only {agreed} agreed.");
    }

    private static async Task<IReadOnlyCollection<string>> AnsweredAsync(RawClient client, byte[] target, CancellationToken stop)
    {
        List<string> methods = [];
        foreach (string method in Methods.Distinct())
        {
            if (await client.SendAsync(method, target, stop) is { Status: 200 })
            {
                methods.Add(method);
            }
        }
        return methods;
    }

    /// <summary>Half of the targets are made of any pieces; half follow a template, so that deep routes are reached, with pieces for values.</summary>
    private static string Target(Random random)
    {
        string path;
        if (random.Next(2) == 0)
        {
            path = "/" + string.Join('/', Enumerable.Range(0, random.Next(6)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        }
        else
        {
            string template = Templates[random.Next(Templates.Length)].Template;
            path = string.Join('/', template.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).Split('/').Select(segment =>
                segment.Contains('{', StringComparison.Ordinal) || random.Next(8) == 0 ? Pieces[random.Next(Pieces.Length)] : segment));
            path = path.StartsWith('/') ? path : "/" + path;
        }
        path = random.Next(10) switch { 0 => path + "/", 1 => "/" + path, 2 => path.ToUpperInvariant(), _ => path };
        path = random.Next(6) == 0 ? path + "?a=/b/../c%2F" : path;

        // The form that proxies send.
        return random.Next(20) == 0 ? "http://localhost" + path : path;
    }
}
