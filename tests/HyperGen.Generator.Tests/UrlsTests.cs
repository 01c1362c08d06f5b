namespace HyperGen.Generator.Tests;

public sealed class UrlsTests
{
    [Fact]
    public async Task Urls_are_made_from_typed_route_values()
    {
        RunningApp app = RunningApp.Start(GeneratedProgram.Of("""
            [HyperController("/users")]
            internal sealed class Users
            {
                [Get("/{id:int}")] public string Find(int id) => Urls.Users.Find(-5);
                [Get("/{name}/files/{**path}")] public string File(string name, string path) => Urls.Users.File("a b/c", "x/ü.txt");
                [Get("/{name}/flat/{*path}")] public string Flat(string name, string path) => Urls.Users.Flat("n", "x/y");
                [Get("/pages/{page:int?}")] public string Page(int? page) => Urls.Users.Page() + " " + Urls.Users.Page(3);
                [Get("/on/{day}/{kind=all}")] public string On(DateOnly day, string kind) => Urls.Users.On(new DateOnly(2026, 1, 2)) + " " + Urls.Users.On(new DateOnly(2026, 1, 2), "none");
                [Get("/file/{name}.{extension?}")] public string Complex(string name, string? extension) => Urls.Users.Complex("a") + " " + Urls.Users.Complex("a", "txt");
                [Get("/key/{key:guid}")] public string Key(Guid key) => Urls.Users.Key(Guid.Empty);
                [Get("/static"), Post("/static")] public string Static() => Urls.Users.Static();
                [Get("/middle/{unit=m}/{n}")] public string Middle(string unit, int n) => Urls.Users.Middle(null, 1) + " " + Urls.Users.Middle("km", 2);
            }
            """));

        Assert.Equal("200 /users/-5", await app.GetAsync("/users/1"));
        Assert.Equal("200 /users/a%20b%2Fc/files/x/%C3%BC.txt", await app.GetAsync("/users/n/files/x"));
        Assert.Equal("200 /users/n/flat/x%2Fy", await app.GetAsync("/users/n/flat/x"));
        Assert.Equal("200 /users/pages /users/pages/3", await app.GetAsync("/users/pages"));
        Assert.Equal("200 /users/on/2026-01-02 /users/on/2026-01-02/none", await app.GetAsync("/users/on/2026-03-04"));
        Assert.Equal("200 /users/file/a /users/file/a.txt", await app.GetAsync("/users/file/a.b"));
        Assert.Equal("200 /users/key/00000000-0000-0000-0000-000000000000", await app.GetAsync("/users/key/00000000-0000-0000-0000-000000000001"));
        Assert.Equal("200 /users/static", await app.SendAsync("POST", "/users/static"));
        Assert.Equal("200 /users/middle/m/1 /users/middle/km/2", await app.GetAsync("/users/middle/x/9"));
    }
}
