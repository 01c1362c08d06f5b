using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the methods by which a program reaches its generated application. They live in the assembly's own namespace, so that a test project which sees
/// the internals of an application keeps its own.</summary>
internal static class EntryPointsEmitter
{
    public static CodeWriter Emit(AssemblyModel assembly)
    {
        CodeWriter writer = CodeFile.Begin(
            $"How {assembly.Name} reaches its application. There is no registry and no reflection: these methods bind to the code of this very assembly.");
        writer.Line($"global using global::{assembly.Namespace};");
        writer.Line();
        using (writer.Open("namespace " + assembly.Namespace))
        {
            writer.Line(CodeFile.GeneratedCode).Line(CodeFile.Hidden);
            using (writer.Open("internal static class EntryPoints"))
            {
                if (assembly.HasExtensionMembers)
                {
                    EmitCreateBuilder(writer);
                }
                EmitAspNetCore(writer);
            }
        }
        return writer;
    }

    private static void EmitCreateBuilder(CodeWriter writer)
    {
        using (writer.Open("extension(global::HyperGen.HyperApp)"))
        {
            writer.Line("/// <summary>Begins an application that serves the endpoints of this program.</summary>");
            writer.Line("/// <param name=\"args\">The command line, which takes part in the configuration.</param>");
            writer.Line("public static global::HyperGen.HyperAppBuilder CreateBuilder(string[] args) => new(new App(), args);");
            writer.Line();
            writer.Line("/// <summary>Begins an application that serves the endpoints of this program.</summary>");
            writer.Line("/// <param name=\"options\">The command line, the content root and the like.</param>");
            writer.Line("public static global::HyperGen.HyperAppBuilder CreateBuilder(global::Microsoft.AspNetCore.Builder.WebApplicationOptions options) => new(new App(), options);");
        }
        writer.Line();
    }

    private static void EmitAspNetCore(CodeWriter writer)
    {
        const string Services = "global::Microsoft.Extensions.DependencyInjection.IServiceCollection";
        writer.Line("/// <summary>Registers what the endpoints of this program need, for an application that is not built by <c>HyperApp</c>.</summary>");
        writer.Line($"public static {Services} AddHyperGen(this {Services} services) =>");
        writer.Line("    global::HyperGen.HyperGenServiceCollection.Add(services, static () => new App());");
        writer.Line();
        writer.Line("/// <summary>Maps the endpoints of this program beside those that ASP.NET Core has already.</summary>");
        writer.Line("public static global::Microsoft.AspNetCore.Builder.IEndpointConventionBuilder MapHyperGen(this global::Microsoft.AspNetCore.Routing.IEndpointRouteBuilder endpoints) =>");
        writer.Line("    global::HyperGen.HyperGenEndpoints.Map(endpoints);");
    }
}
