// The endpoints that HyperGen is measured on: small answers, large ones both ways, one that waits, and the 203 routes of an early GitHub API.
var builder = HyperApp.CreateBuilder(args);
await using var app = builder.Build();
await app.RunAsync();
