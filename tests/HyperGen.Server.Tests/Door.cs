namespace HyperGen.Server.Tests;

/// <summary>The way into the endpoints.</summary>
public enum Door
{
    /// <summary>Our host.</summary>
    HyperApp,

    /// <summary>An ASP.NET Core application, which matches the requests itself.</summary>
    AspNetCore,
}
