using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0014.</summary>
public sealed class UnknownConstraintTests
{
    [Fact]
    public Task A_constraint_that_only_a_run_could_know_is_told() => Verify.RulesAsync(
        """
        [HyperController("/{tenant:{|HG0014:slug|}}")]
        public static class Tenants { [Get] public static string X() => ""; }
        [HyperController("/users")]
        public static class Users
        {
            [Get("/{id:int:{|HG0014:even(2)|}}")] public static string A(int id) => "";
            [Get("/x/{id:INT:range(1,5)}")] public static string B(int id) => "";
        }
        """,
        "The route template '/{tenant:slug}' uses the constraint 'slug', which is not one of ASP.NET Core's own: routes are compiled, so a constraint registered at run time cannot take part",
        "The route template '/{id:int:even(2)}' uses the constraint 'even(2)', which is not one of ASP.NET Core's own: routes are compiled, so a constraint registered at run time cannot take part");
}
