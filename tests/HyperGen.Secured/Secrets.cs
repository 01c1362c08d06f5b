using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace HyperGen.Secured;

/// <summary>Every level of a class may ask for a user, and a nearer one may let anybody in.</summary>
[HyperController("/secured"), Authorize]
public static class Secrets
{
    [Get("/user")]
    public static string User(ClaimsPrincipal user) => user.Identity!.Name!;

    [Get("/admin"), Authorize(Roles = "admin")]
    public static string Admin() => "admin";

    [Get("/policy"), Authorize("named")]
    public static string Policy() => "policy";

    [Get("/open"), AllowAnonymous]
    public static string Open() => "open";
}

/// <summary>Leads WebApplicationFactory to the program: a static class cannot.</summary>
public sealed class Secret;
