// What measurements run against. The endpoints and their answers are fixed: changing one makes earlier numbers incomparable.
//   dotnet run -c Release --project samples/Bench -- --server:httpPort=8080 --server:port=8443
using Bench;

[assembly: Use<CountRequests>]

var builder = HyperApp.CreateBuilder(args);
builder.Services.AddSingleton<RequestCount>();
await using var app = builder.Build();
await app.RunAsync();
