using HyperGen.CodeFixes;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0008, HG0009, HG0010: what generated code cannot name or make, and what MVC would take too.</summary>
public sealed class AccessTests
{
    [Fact]
    public Task A_private_handler_is_told() => Verify.RulesAsync(
        """
        [HyperController]
        public static class Users
        {
            [Get("/a")] private static string {|HG0008:A|}() => "";
            [Get("/b")] static string {|HG0008:B|}() => "";
            [Get("/c")] internal static string C() => "";
        }
        public interface INamed { string Name(); }
        [HyperController("/n")] public sealed class Named : INamed { [Get] public string X() => ""; [Get("/name")] string INamed.{|HG0008:Name|}() => ""; }
        public static class Outer
        {
            [HyperController("/d")] private static class {|HG0008:D|} { [Get] public static string X() => ""; }
            private static class Middle { [HyperController("/e")] public static class {|HG0008:E|} { [Get] public static string X() => ""; } }
        }
        [HyperController("/f")] file static class {|HG0008:F|} { [Get] public static string X() => ""; }
        """);

    [Fact]
    public Task It_says_what_to_do() => Verify.RulesAsync(
        """
        [HyperController] public static class Users { [Get] private static string {|HG0008:A|}() => ""; }
        """,
        "'Users.A' is private: make it, and the types that contain it, internal or public");

    [Fact]
    public Task A_handler_becomes_internal() => VerifyFix<InaccessibleHandlerCodeFixProvider>.AppliesAsync(
        """
        [HyperController]
        public static class Users
        {
            // Why.
            [Get("/a")]
            private static string A() => "";
        }
        """,
        """
        [HyperController]
        public static class Users
        {
            // Why.
            [Get("/a")]
            internal static string A() => "";
        }
        """);

    [Fact]
    public Task So_do_all_types_around_it() => VerifyFix<InaccessibleHandlerCodeFixProvider>.AppliesAsync(
        """
        public static class Outer
        {
            private static class Middle
            {
                [HyperController("/e")]
                static class Inner { [Get] public static string X() => ""; }
            }
        }
        """,
        """
        public static class Outer
        {
            internal static class Middle
            {
                [HyperController("/e")]
                internal static class Inner { [Get] public static string X() => ""; }
            }
        }
        """);

    [Fact]
    public Task A_file_local_class_becomes_internal() => VerifyFix<InaccessibleHandlerCodeFixProvider>.AppliesAsync(
        """
        [HyperController]
        file static class Users { [Get] public static string X() => ""; }
        """,
        """
        [HyperController]
        internal static class Users { [Get] public static string X() => ""; }
        """);

    [Fact]
    public Task All_handlers_become_internal() => VerifyFix<InaccessibleHandlerCodeFixProvider>.AppliesToAllAsync(
        """
        [HyperController]
        public static class Users
        {
            [Get("/a")] private static string A() => "";
            [Get("/b")] private static string B() => "";
        }
        """,
        """
        [HyperController]
        public static class Users
        {
            [Get("/a")] internal static string A() => "";
            [Get("/b")] internal static string B() => "";
        }
        """);

    [Fact]
    public Task What_cannot_be_made_is_told() => Verify.RulesAsync(
        """
        [HyperController("/a")] public abstract class {|HG0009:A|} { [Get] public string X() => ""; }
        [HyperController("/b")] public class {|HG0009:B|} { private B() { } [Get] public string X() => ""; }
        [HyperController("/c")] public class {|HG0009:C|} { public required int Size { get; init; } [Get] public string X() => ""; }
        [HyperController("/d")] public abstract class D { [Get] public static string X() => ""; }
        """,
        "'A' is abstract: an endpoint needs a class that can be made, or static methods",
        "'B' is without a constructor that generated code can call: an endpoint needs a class that can be made, or static methods",
        "'C' is a type with required members, which generated code does not know how to set: an endpoint needs a class that can be made, or static methods");

    [Fact]
    public Task What_is_generic_is_told() => Verify.RulesAsync(
        """
        [HyperController("/a")] public class {|HG0016:A|}<T> { [Get] public string X() => ""; }
        [HyperController("/b")] public class B { [Get] public string {|HG0016:X|}<T>() => ""; }
        public class Outer<T> { [HyperController("/c")] public class {|HG0016:C|} { [Get] public string X() => ""; } }
        public abstract class Crud<T> { [Get] public string List() => ""; }
        [HyperController("/d")] public sealed class D : Crud<int>;
        """);

    [Fact]
    public Task An_abstract_class_becomes_one_with_instances() => VerifyFix<NotConstructibleCodeFixProvider>.AppliesAsync(
        """
        [HyperController]
        public abstract class Users { [Get] public string X() => ""; }
        """,
        """
        [HyperController]
        public class Users { [Get] public string X() => ""; }
        """);

    [Fact]
    public Task What_MVC_would_serve_too_is_told() => Verify.RulesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        [HyperController("/a")] public sealed class {|HG0010:UsersController|} { [HyperGen.Get] public string X() => ""; }
        [HyperController("/b")] public sealed class {|HG0010:Users|} : ControllerBase { [HyperGen.Get] public string X() => ""; }
        [HyperController("/c"), NonController] public sealed class PostsController { [HyperGen.Get] public string X() => ""; }
        [HyperController("/d")] internal sealed class TeamsController { [HyperGen.Get] public string X() => ""; }
        [HyperController("/e")] public static class ThingsController { [HyperGen.Get] public static string X() => ""; }
        """,
        "MVC would also serve 'UsersController', because its name ends with 'Controller': rename it or mark it [NonController]",
        "MVC would also serve 'Users', because it has, or inherits, [Controller]: rename it or mark it [NonController]");

    [Fact]
    public Task A_controller_gets_another_name() => VerifyFix<AlsoMvcControllerCodeFixProvider>.AppliesAsync(
        """
        [HyperController] public sealed class UsersController { [Get] public string X() => nameof(UsersController); }
        """,
        """
        [HyperController] public sealed class Users { [Get] public string X() => nameof(Users); }
        """);

    [Fact]
    public Task Or_is_marked() => VerifyFix<AlsoMvcControllerCodeFixProvider>.AppliesAsync(
        """
        using Microsoft.AspNetCore.Mvc;
        [HyperController]
        public sealed class UsersController
        {
            [HyperGen.Get] public string X() => "";
        }
        """,
        """
        using Microsoft.AspNetCore.Mvc;
        [HyperController]
        [NonController]
        public sealed class UsersController
        {
            [HyperGen.Get] public string X() => "";
        }
        """,
        fix: 1);
}
