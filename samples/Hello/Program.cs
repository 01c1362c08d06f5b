using Hello;

var builder = HyperApp.CreateBuilder(args);
builder.Services.AddSingleton<IUserStore, UserStore>();

await using var app = builder.Build();
await app.RunAsync();
