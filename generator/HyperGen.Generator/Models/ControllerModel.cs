namespace HyperGen.Generator.Models;

/// <summary>One class marked <c>[HyperController]</c> and its endpoints.</summary>
/// <param name="Name">A C# identifier, unique within the module, e.g. <c>Users</c>.</param>
/// <param name="Type">The class, fully qualified.</param>
/// <param name="DisplayName">What a person reads: the class and those that contain it, e.g. <c>Api.Users</c>.</param>
/// <param name="Handler">How an instance is come by.</param>
/// <param name="Endpoints">Its endpoints, in the order of the source.</param>
internal sealed record ControllerModel(
    string Name,
    string Type,
    string DisplayName,
    HandlerModel Handler,
    EquatableArray<EndpointModel> Endpoints);
