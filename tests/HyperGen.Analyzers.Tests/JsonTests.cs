using HyperGen.CodeFixes;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>HG0007 and HG0013: what is read and written.</summary>
public sealed class JsonTests
{
    [Fact]
    public Task A_type_that_no_context_covers_is_told_where_it_is_asked_for() => Verify.RulesAsync(
        """
        using System.Text.Json.Serialization;
        using Microsoft.AspNetCore.Http;
        namespace App;
        public sealed record User(int Id, Address Home, List<Tag> Tags);
        public sealed record Address(string City);
        public sealed record Tag(string Name);
        public sealed record Post(string Title);
        [JsonSerializable(typeof(User))] internal sealed partial class AppJson : JsonSerializerContext;
        [HyperController("/users")]
        public static class Users
        {
            [Get("/a")] public static User A() => null!;
            [Get("/b")] public static Address? B() => null;
            [Get("/c")] public static async Task<Tag> C() { await Task.Yield(); return null!; }
            [Get("/d")] public static Post {|HG0007:D|}() => null!;
            [Get("/e")] public static List<Post> {|HG0007:E|}() => null!;
            [Post("/f")] public static string F(Post {|HG0007:post|}) => "";
            [Get("/g")] public static IAsyncEnumerable<Post> {|HG0007:G|}() => null!;
            [Get("/h")] public static int H() => 1;
        }
        """,
        "'Post' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof(App.Post))] to a partial class that derives from JsonSerializerContext",
        "'List<Post>' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof(System.Collections.Generic.List<App.Post>))] to a partial class that derives from JsonSerializerContext",
        "'Post' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof(App.Post))] to a partial class that derives from JsonSerializerContext",
        "'Post' is read or written as JSON, but no JsonSerializerContext covers it: add [JsonSerializable(typeof(App.Post))] to a partial class that derives from JsonSerializerContext");

    [Fact]
    public Task An_existing_context_takes_the_type() => VerifyFix<MissingJsonMetadataCodeFixProvider>.AppliesAsync(
        """
        using System.Text.Json.Serialization;

        namespace App;

        [JsonSerializable(typeof(int))]
        internal sealed partial class AppJson : JsonSerializerContext;

        public sealed record User(int Id);

        [HyperController]
        public static class Users
        {
            [Get] public static List<User> All() => null!;
        }
        """,
        """
        using System.Text.Json.Serialization;

        namespace App;

        [JsonSerializable(typeof(int))]
        [JsonSerializable(typeof(List<User>))]
        internal sealed partial class AppJson : JsonSerializerContext;

        public sealed record User(int Id);

        [HyperController]
        public static class Users
        {
            [Get] public static List<User> All() => null!;
        }
        """);

    [Fact]
    public Task A_program_without_one_gets_one() => VerifyFix<MissingJsonMetadataCodeFixProvider>.AppliesAsync(
        NoContext,
        [
            NoContext,
            """
            using System.Text.Json.Serialization;

            namespace App.Api;

            [JsonSerializable(typeof(User))]
            internal sealed partial class AppJsonContext : JsonSerializerContext;

            """,
        ]);

    [Fact]
    public Task All_types_are_added_at_once() => VerifyFix<MissingJsonMetadataCodeFixProvider>.AppliesToAllAsync(
        NoContext.Replace("}\n", "    [Get(\"/b\")] public static Post[] Posts() => null!;\n    [Get(\"/c\")] public static User Again() => null!;\n}\n", StringComparison.Ordinal),
        NoContext.Replace("}\n", "    [Get(\"/b\")] public static Post[] Posts() => null!;\n    [Get(\"/c\")] public static User Again() => null!;\n}\n", StringComparison.Ordinal),
        """
        using System.Text.Json.Serialization;

        namespace App.Api;

        [JsonSerializable(typeof(Post[]))]
        [JsonSerializable(typeof(User))]
        internal sealed partial class AppJsonContext : JsonSerializerContext;

        """);

    [Fact]
    public Task What_cannot_be_answered_is_told() => Verify.RulesAsync(
        """
        [HyperController("/users")]
        public static class Users
        {
            [Get("/a")] public static object {|HG0013:A|}() => "";
            [Get("/b")] public static async void {|HG0013:B|}() => await Task.Yield();
            [Get("/c")] public static Task<Task<int>> {|HG0013:C|}() => null!;
            [Get("/d")] public static ReadOnlySpan<byte> {|HG0013:D|}() => default;
            [Get("/e")] public static Func<int> {|HG0013:E|}() => null!;
            [Get("/f")] public static void F() { }
            [Get("/g")] public static Task G() => Task.CompletedTask;
            [Get("/h")] public static ValueTask<string?> H() => default;
        }
        """);

    private const string NoContext =
        """
        namespace App.Api;
        public sealed record User(int Id);
        public sealed record Post(string Title);
        [HyperController]
        public static class Users
        {
            [Get("/a")] public static User Find() => null!;
        }

        """;
}
