// The endpoints that HyperGen is measured on: small answers, large ones both ways, one that waits, and the 203 routes of an early GitHub API.
using Bench;

var builder = HyperApp.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
await using var app = builder.Build();
await app.RunAsync();
