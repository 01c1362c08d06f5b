// What three middlewares add to a request on Kestrel, in bytes and nanoseconds: when they pass the call on, and when they await it. An endpoint
// measures the others on its own request, so that sockets and scheduling are no part of the figures.
using HyperGen.CompilerServices;

var generated = new HyperGen.Generated.HyperGen_Benchmarks_Pipelines.App();
var builder = new HyperAppBuilder(generated, ["--server:httpPort=0", "--server:port=off"]);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<GeneratedApp>(generated);
await using var app = builder.Build();
await app.StartAsync();
using var client = new HttpClient();
Console.WriteLine(await client.GetStringAsync(new Uri(app.Urls.First() + "/measure")));
await app.StopAsync();
