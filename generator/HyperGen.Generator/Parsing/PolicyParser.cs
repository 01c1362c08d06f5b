using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads limits and priorities: the nearest level that says something wins, and on one level HyperGen's attribute over ASP.NET Core's.</summary>
internal static class PolicyParser
{
    public static PolicyModel Parse(ImmutableArray<Level> levels, ParsingContext context)
    {
        long? maxBody = null;
        int? deadline = null;
        PriorityModel? priority = null;
        bool earlyData = false;
        bool inline = false;
        foreach (Level level in levels)
        {
            foreach (AttributeData attribute in level.Attributes)
            {
                maxBody = RequestSizeLimit(attribute, level, context) ?? maxBody;
            }
            if (level.Find(context.Types[KnownNames.MaxBody]) is { } maxBodyAttribute)
            {
                maxBody = maxBodyAttribute.Argument<long>("bytes");
                Check(maxBody >= 0, maxBodyAttribute, level, "the largest body has 0 bytes or more", context);
            }
            if (level.Find(context.Types[KnownNames.Deadline]) is { } deadlineAttribute)
            {
                deadline = deadlineAttribute.Argument<int>("milliseconds");
                Check(deadline >= 1, deadlineAttribute, level, "a deadline has 1 millisecond or more", context);
            }
            if (level.Find(context.Types[KnownNames.Priority]) is { } priorityAttribute)
            {
                priority = new PriorityModel(priorityAttribute.Argument<int>("urgency"), priorityAttribute.Argument<bool>("incremental"));
                CheckUrgency(priority, priorityAttribute, level, context);
            }
            earlyData |= level.Find(context.Types[KnownNames.EarlyData]) is not null;
            inline |= level.Find(context.Types[KnownNames.Inline]) is not null;
        }
        return new PolicyModel(maxBody, deadline, priority, earlyData, inline, Push(levels.Last(), context));
    }

    private static EquatableArray<PushModel> Push(Level method, ParsingContext context)
    {
        List<PushModel> pushes = [];
        foreach (AttributeData attribute in method.Attributes.Where(a => a.AttributeClass.Is(context.Types[KnownNames.Push])))
        {
            string path = attribute.Argument<string>("path") ?? "";
            PushModel push = new(path, new PriorityModel(attribute.Named("Urgency", 3), attribute.Named("Incremental", false)));
            Check(path.StartsWith("/", StringComparison.Ordinal) && path.All(static c => c is > ' ' and < '\x7f' and not ('<' or '>' or '"')), attribute, method,
                "the path begins with '/' and has only characters of a URL: '" + path + "' does not", context);
            CheckUrgency(push.Priority, attribute, method, context);
            pushes.Add(push);
        }
        return pushes.ToEquatableArray();
    }

    /// <summary>What <c>[RequestSizeLimit]</c>, <c>[DisableRequestSizeLimit]</c> and their kind say; null where the attribute is none of them.</summary>
    private static long? RequestSizeLimit(AttributeData attribute, Level level, ParsingContext context)
    {
        if (!attribute.AttributeClass.IsOrDerivesFrom(context.Types[MetadataNames.RequestSizeLimitMetadata]))
        {
            return null;
        }
        if (attribute.Argument<long?>("bytes") is { } bytes)
        {
            return bytes;
        }
        if (!attribute.AttributeClass.Is(context.Types[MetadataNames.DisableRequestSizeLimit]))
        {
            context.Report(Rules.UnenforceableSecurity, attribute.LocationOf(level.Symbol, context.Cancellation), attribute.ShortName(), level.DisplayName,
                "its limit is known only at run time: use [MaxBody], or give its constructor a parameter 'long bytes'");
        }
        return long.MaxValue;
    }

    private static void CheckUrgency(PriorityModel priority, AttributeData attribute, Level level, ParsingContext context) =>
        Check(priority.Urgency is >= 0 and <= 7, attribute, level, "an urgency is 0 to 7", context);

    private static void Check(bool valid, AttributeData attribute, Level level, string message, ParsingContext context)
    {
        if (!valid)
        {
            context.Report(Rules.AttributeValueOutOfRange, attribute.LocationOf(level.Symbol, context.Cancellation), attribute.ShortName(), level.DisplayName, message);
        }
    }
}
