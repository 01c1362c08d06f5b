using System.Reflection;
using HyperGen.CompilerServices;

namespace HyperGen.Server.Hosting;

/// <summary>Reads which references may be null; a trimmed application has forgotten that, and there ASP.NET Core makes no documents either.</summary>
internal static class Nullability
{
    public static NullabilityInfo? Of(ParameterInfo parameter) =>
        AppContext.TryGetSwitch("System.Reflection.NullabilityInfoContext.IsSupported", out bool isSupported) && !isSupported ? null : MemberParameter.Nullability(parameter);
}
