using System.Reflection;
using System.Text.RegularExpressions;
using HyperGen.Generator;
using Microsoft.CodeAnalysis;
using Xunit;

namespace HyperGen.Analyzers.Tests;

/// <summary>The help links lead somewhere, and every rule is told by exactly one analyzer.</summary>
public sealed class RulesDocumentTests
{
    private static string Document { get; } = File.ReadAllText(Path.Combine(
        typeof(RulesDocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepositoryRoot").Value!, "analyzers", "RULES.md"));

    private static DiagnosticDescriptor[] All { get; } =
        [.. typeof(Rules).GetFields(BindingFlags.Static | BindingFlags.Public).Select(static f => f.GetValue(null)).OfType<DiagnosticDescriptor>()];

    [Fact]
    public void Every_rule_has_a_section_and_every_section_a_rule() => Assert.Equal(
        All.Select(static rule => rule.Id).Order(StringComparer.Ordinal),
        Regex.Matches(Document, "^## (HG[0-9]{4})$", RegexOptions.Multiline).Select(static match => match.Groups[1].Value));

    [Fact]
    public void Every_section_shows_the_wrong_and_the_right() => Assert.All(
        Regex.Split(Document, "^## (?=HG)", RegexOptions.Multiline).Skip(1),
        static section => Assert.True(Regex.Count(section, "^```csharp$", RegexOptions.Multiline) >= 2, section));

    [Fact]
    public void Every_rule_is_in_the_table() => Assert.All(
        All, static rule => Assert.Contains($"| [{rule.Id}](#{rule.Id.ToLowerInvariant()}) |", Document, StringComparison.Ordinal));

    [Fact]
    public void The_table_says_truly_which_rules_have_a_fix()
    {
        string[] fixable =
        [
            .. typeof(CodeFixes.InvalidTemplateCodeFixProvider).Assembly.GetTypes()
                .Where(static t => t.IsSubclassOf(typeof(Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider)) && !t.IsAbstract)
                .SelectMany(static t => ((Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider)Activator.CreateInstance(t)!).FixableDiagnosticIds)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(fixable, Regex.Matches(Document, @"^\| \[(HG[0-9]{4})\].*\| yes \|$", RegexOptions.Multiline).Select(static match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_rule_is_told_by_one_analyzer() => Assert.Equal(
        All.Select(static rule => rule.Id).Order(StringComparer.Ordinal),
        Verify.Analyzers.SelectMany(static analyzer => analyzer.SupportedDiagnostics).Select(static rule => rule.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void An_error_cannot_be_configured_away_and_a_warning_can() => Assert.All(All, static rule => Assert.Equal(
        rule.DefaultSeverity == DiagnosticSeverity.Error,
        rule.CustomTags.Contains(WellKnownDiagnosticTags.NotConfigurable)));

    [Fact]
    public void Every_rule_links_to_its_section() => Assert.All(All, static rule =>
        Assert.EndsWith("analyzers/RULES.md#" + rule.Id.ToLowerInvariant(), rule.HelpLinkUri, StringComparison.Ordinal));
}
