using System.Reflection;
using System.Text;
using HyperGen.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HyperGen.Routing.Tests;

/// <summary>Paths against the very functions Kestrel decodes them by.</summary>
public sealed class PathNormalizerTests
{
    private delegate int DecodeInPlace(Span<byte> buffer, bool isFormEncoding);

    private delegate int RemoveDotSegments(Span<byte> path);

    private static readonly DecodeInPlace KestrelDecode = Find<DecodeInPlace>("DecodeInPlace");

    private static readonly RemoveDotSegments KestrelRemove = Find<RemoveDotSegments>("RemoveDotSegments");

    private static readonly string[] Pieces =
    [
        "a", "b", "/", "/", "/", ".", "..", "...", "/.", "/..", "/./", "/../", "%2e", "%2E%2e", "%2F", "%2f", "%5c", "%25", "%41", "%20", "%C3%A9", "%E2%82%AC",
        "%F0%9F%98%80", "%", "%4", "%zz", "%%", "%e", "~", "-", ";", "%0d%0a", "%7F", "abcdefghijklmnopqrstuvwxyz",
    ];

    [Fact]
    public void Paths_become_what_Kestrel_makes_of_them()
    {
        var random = new Random(11);
        for (int i = 0; i < 60_000; i++)
        {
            string target = "/" + string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            byte[] expected = Encoding.ASCII.GetBytes(target);
            int length = KestrelRemove(expected.AsSpan(0, KestrelDecode(expected, false)));
            string text = Encoding.UTF8.GetString(expected, 0, length);

            if (Normalize(target) is null)
            {
                byte[] plain = Encoding.ASCII.GetBytes(target);
                Assert.False(System.Text.Unicode.Utf8.IsValid(System.Net.WebUtility.UrlDecodeToBytes(plain, 0, plain.Length)), target);
                continue;
            }
            Assert.True(text == Normalize(target), $"{target}: Kestrel makes {text} of it, we make {Normalize(target)}.");
            Assert.Equal(text, Normalize(Encoding.ASCII.GetBytes(target)));
            Assert.True(!PathNormalizer.IsNormal(Encoding.ASCII.GetBytes(target)) || text == target, target);
        }
    }

    [Theory]
    [InlineData("/a/b.c/d", true)]
    [InlineData("/", true)]
    [InlineData("/a%20b", false)]
    [InlineData("/a/./b", false)]
    [InlineData("/.well-known/x", false)]
    [InlineData("/é", false)]
    [InlineData("", false)]
    [InlineData("a", false)]
    public void What_is_normal_is_known_at_a_glance(string target, bool isNormal) => Assert.Equal(isNormal, PathNormalizer.IsNormal(Encoding.UTF8.GetBytes(target)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("http://localhost/")]
    [InlineData("/%00")]
    [InlineData("/a\0b")]
    [InlineData("/é")]
    [InlineData("/%FF")]
    [InlineData("/%C3")]
    [InlineData("/%C3%28")]
    [InlineData("/%ED%A0%80")]
    [InlineData("/%C0%AF")]
    [InlineData("/%F5%80%80%80")]
    [InlineData("/%C3/%A9")]
    public void What_is_not_the_text_of_a_path_is_refused(string target)
    {
        Assert.Null(Normalize(target));
        Assert.Null(Normalize(Encoding.UTF8.GetBytes(target)));
    }

    [Fact]
    public void Truncating_a_target_never_throws()
    {
        const string Target = "/a/%E2%82%AC/../%2F/./%C3%A9/.%2e/x%";
        for (int length = 0; length <= Target.Length; length++)
        {
            Normalize(Target[..length]);
            Normalize(Encoding.ASCII.GetBytes(Target[..length]));
        }
    }

    private static string? Normalize(string target)
    {
        byte[] path = new byte[target.Length];
        return PathNormalizer.TryNormalize(target, path, out int length) ? Encoding.UTF8.GetString(path, 0, length) : null;
    }

    private static string? Normalize(byte[] target)
    {
        byte[] path = new byte[target.Length];
        return PathNormalizer.TryNormalize(target, path, out int length) ? Encoding.UTF8.GetString(path, 0, length) : null;
    }

    private static T Find<T>(string method)
        where T : Delegate => typeof(KestrelServer).Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .First(candidate => candidate.Name == method && candidate.GetParameters()[0].ParameterType == typeof(Span<byte>)).CreateDelegate<T>();
}
