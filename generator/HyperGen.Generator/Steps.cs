namespace HyperGen.Generator;

/// <summary>The names under which the driver tracks the steps of the pipeline, for tests that watch what an edit runs again.</summary>
internal static class Steps
{
    public const string Parsed = nameof(Parsed);
    public const string Assembly = nameof(Assembly);
    public const string Controllers = nameof(Controllers);
    public const string Module = nameof(Module);
    public const string Files = nameof(Files);
    public const string Routes = nameof(Routes);
    public const string App = nameof(App);
    public const string Problems = nameof(Problems);

    public static readonly string[] All = [Parsed, Assembly, Controllers, Module, Files, Routes, App, Problems];
}
