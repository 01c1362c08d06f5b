using System.Reflection;
using System.Text;
using System.Text.Json;
using HyperGen.CompilerServices;

namespace HyperGen.Server.Tests;

/// <summary>Routes written as lambdas, in place of generated ones: tests of the server choose descriptors freely.</summary>
internal sealed class FixtureApp : GeneratedApp
{
    private readonly Module _module = new();
    private readonly List<byte[][]> _templates = [];

    public override IReadOnlyList<EndpointModule> Modules => field ??= [_module];

    public override int MaxRouteValues => 8;

    public FixtureApp Map(string method, string template, Func<RequestContext, ValueTask> run, PipelineFeatures requires = PipelineFeatures.None, long? maxBody = null, int? deadline = null, bool inline = false, bool earlyData = false, params object[] metadata)
    {
        string[] parameters = [.. template.Split('/').Where(static segment => segment.StartsWith('{')).Select(static segment => segment.Trim('{', '}', '?').Split(':')[0])];
        _templates.Add([.. template.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)]);
        _module.Add(new EndpointDescriptor
        {
            Method = method,
            Template = template,
            Parameters = parameters,
            DisplayName = $"Fixture.{method}{template}",
            Requires = requires,
            MaxBody = maxBody,
            Deadline = deadline,
            Inline = inline,
            EarlyData = earlyData,
            MethodFactory = () => run.GetMethodInfo(),
            MetadataFactory = () => metadata,
        }, run);
        return this;
    }

    public FixtureApp Require(ServiceRequirement requirement)
    {
        _module.Requirements.Add(requirement);
        return this;
    }

    public override int Match(string method, ReadOnlySpan<byte> path, Span<RouteRange> values)
    {
        bool hasPath = false;
        int head = NoMatch;
        for (int number = 0; number < _module.Endpoints.Count; number++)
        {
            if (!Matches(_templates[number], path, values))
            {
                continue;
            }
            hasPath = true;
            if (_module.Endpoints[number].Method.Equals(method, StringComparison.OrdinalIgnoreCase))
            {
                return number;
            }
            if (method == "HEAD" && _module.Endpoints[number].Method == "GET")
            {
                head = number;
            }
        }
        return head >= 0 ? head : hasPath ? -2 : NoMatch;
    }

    public override string AllowedMethods(int match) => "GET, HEAD";

    public override ValueTask InvokeAsync(int endpoint, RequestContext context) => _module.InvokeAsync(endpoint, context);

    private static bool Matches(byte[][] template, ReadOnlySpan<byte> path, Span<RouteRange> values)
    {
        int at = 0;
        int ordinal = 0;
        foreach (byte[] segment in template)
        {
            if (at >= path.Length || path[at] != '/')
            {
                return false;
            }
            at++;
            int length = path[at..].IndexOf((byte)'/');
            length = length < 0 ? path.Length - at : length;
            if (segment[0] == '{')
            {
                if (length == 0)
                {
                    return false;
                }
                values[ordinal++] = new RouteRange(at, length);
            }
            else if (!path.Slice(at, length).SequenceEqual(segment))
            {
                return false;
            }
            at += length;
        }
        return at == path.Length || (template.Length == 0 && path is [(byte)'/']);
    }

    private sealed class Module : EndpointModule
    {
        private readonly List<EndpointDescriptor> _endpoints = [];
        private readonly List<Func<RequestContext, ValueTask>> _handlers = [];

        public List<ServiceRequirement> Requirements { get; } = [];

        public override IReadOnlyList<EndpointDescriptor> Endpoints => _endpoints;

        public override IReadOnlyList<ServiceRequirement> Services => Requirements;

        public void Add(EndpointDescriptor descriptor, Func<RequestContext, ValueTask> run)
        {
            _endpoints.Add(descriptor);
            _handlers.Add(run);
        }

        public override void ConfigureJson(JsonSerializerOptions options)
        {
        }

        public override void Initialize(ModuleServices services)
        {
        }

        public override ValueTask InvokeAsync(int endpoint, RequestContext context) => _handlers[endpoint](context);
    }
}
