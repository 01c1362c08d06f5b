using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis.CSharp;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the beginning of an endpoint's method: one local for each parameter, and the answer when one cannot be bound.</summary>
internal sealed class BinderEmitter
{
    private const string Bind = "global::HyperGen.CompilerServices.Bind";

    private readonly List<string> _lines = [];
    private readonly List<string> _variables = [];
    private readonly HashSet<string> _names = new(["context", "handler", "errors", "form"], StringComparer.Ordinal);
    private readonly bool _needsForm;
    private bool _collectsErrors;
    private bool _readsForm;

    public BinderEmitter(EquatableArray<ParameterModel> parameters)
    {
        _needsForm = parameters.Any(NeedsForm);
        Arguments = parameters.Select(p => p.IsRefReadOnly ? Variable(p) : Argument(p, p.Name)).ToArray();
    }

    /// <summary>The arguments of the handler, as expressions.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Whether a parameter has to be awaited.</summary>
    public bool IsAsync { get; private set; }

    public void Emit(CodeWriter writer)
    {
        if (_collectsErrors)
        {
            writer.Line("global::HyperGen.CompilerServices.BindingErrors errors = default;");
        }
        foreach (string line in _lines)
        {
            writer.Line(line);
        }
        if (_collectsErrors)
        {
            using (writer.Open("if (errors.Any)"))
            {
                writer.Line(IsAsync ? "await errors.WriteAsync(context);" : "return errors.WriteAsync(context);");
                if (IsAsync)
                {
                    writer.Line("return;");
                }
            }
        }
        _variables.ForEach(line => writer.Line(line));
    }

    /// <summary>An argument that must be a variable: one of its own, made as late as the call, wherever the value is not in one.</summary>
    private string Variable(ParameterModel parameter)
    {
        int lines = _lines.Count;
        string value = Argument(parameter, parameter.Name);
        if (_lines.Count > lines && _lines[_lines.Count - 1].StartsWith($"{parameter.Type} {value} = ", StringComparison.Ordinal))
        {
            return "in " + value;
        }
        string name = Unused(parameter.Name);
        _variables.Add($"{parameter.Type} {name} = {value};");
        return "in " + name;
    }

    /// <param name="parameter">The parameter.</param>
    /// <param name="name">The name for its local.</param>
    private string Argument(ParameterModel parameter, string name) => parameter.Source switch
    {
        ParameterSource.RequestContext => "context",
        ParameterSource.HttpContext => "context.HttpContext",
        ParameterSource.HttpRequest => "context.HttpContext.Request",
        ParameterSource.HttpResponse => "context.HttpContext.Response",
        ParameterSource.CancellationToken => "context.Aborted",
        ParameterSource.User => "context.User",
        ParameterSource.Services => "context.Services",
        ParameterSource.BodyPipe => "context.RequestBody",
        ParameterSource.BodyStream => $"{Bind}.Stream(context)",
        ParameterSource.Route => Local(parameter, name, Route(parameter)),
        ParameterSource.Query => Local(parameter, name, Text(parameter, "Query", $"context, {Quote(parameter.Key)}, {Quote(parameter.Key)}u8")),
        ParameterSource.Header => Local(parameter, name, Text(parameter, "Header", $"context, {Quote(parameter.Key)}")),
        ParameterSource.Json => Local(parameter, name, Json(parameter)),
        ParameterSource.Form => Local(parameter, name, Text(parameter, "Form", $"{Form()}, {Quote(parameter.Key)}")),
        ParameterSource.FormFile when parameter.Absent is not null => $"{Bind}.FileOrNull({Form()}, {Quote(parameter.Key)})",
        ParameterSource.FormFile => Local(parameter, name, $"{Bind}.File({Form()}, {Quote(parameter.Key)}, ref errors)"),
        ParameterSource.FormFiles => $"{Form()}.Fields.Files",
        ParameterSource.FormCollection => $"{Form()}.Fields",
        ParameterSource.Custom => Local(parameter, name, Custom(parameter)),
        ParameterSource.Members => Members(parameter, name),
        ParameterSource.Service => $"{Bind}.{(parameter.Absent is null ? "Service" : "ServiceOrNull")}<{parameter.Target}>(context)",
        ParameterSource.KeyedService => $"{Bind}.{(parameter.Absent is null ? "KeyedService" : "KeyedServiceOrNull")}<{parameter.Target}>(context, {parameter.Key})",
        _ => throw new InvalidOperationException("No binder for " + parameter.Source),
    };

    /// <summary>The type is made in the call of the handler, after all failures have been answered: its constructor meets only what was sent and is right.</summary>
    private string Members(ParameterModel parameter, string name)
    {
        string[] members = [.. parameter.Members.Select(m => Argument(m, name + "_" + m.Name))];
        string creation = $"new {parameter.Target}({string.Join(", ", members.Take(parameter.ConstructorMembers))})";
        string[] properties = [.. parameter.Members.Zip(members, static (m, value) => $"{Escape(m.Name)} = {value}").Skip(parameter.ConstructorMembers)];
        return properties.Length == 0 ? creation : creation + " { " + string.Join(", ", properties) + " }";
    }

    private string Json(ParameterModel parameter)
    {
        IsAsync = _collectsErrors = true;
        string body = $"await {Bind}.{(parameter.Absent is not null && parameter.IsNullableValue ? "JsonOrNullAsync" : "JsonAsync")}(context, {JsonFields.Name(parameter.Target)})";
        return parameter.Absent is not { } absent ? $"({body}).Required({Quote(parameter.Key)}, ref errors)"
            : parameter.IsNullableValue ? $"{Bind}.OrNull({body}, ref errors)"
            : $"({body}).Or({absent}, ref errors){(absent == "null" ? "" : "!")}";
    }

    private string Custom(ParameterModel parameter)
    {
        IsAsync = true;
        if (parameter.AlwaysBinds)
        {
            return "await " + parameter.Call;
        }
        if (parameter.Absent is { } absent)
        {
            return "await " + parameter.Call + (absent == "null" ? "" : " ?? " + absent);
        }
        _collectsErrors = true;
        return $"{Bind}.Required(await {parameter.Call}, {Quote(parameter.Key)}, ref errors)";
    }

    /// <summary>The form, which is read before the first parameter that is a part of it.</summary>
    private string Form()
    {
        if (!_readsForm)
        {
            _readsForm = IsAsync = _collectsErrors = true;
            _lines.Add($"global::HyperGen.CompilerServices.FormBody form = await {Bind}.FormAsync(context, required: {(_needsForm ? "true" : "false")});");
            _lines.Add("form.Check(ref errors);");
        }
        return "form";
    }

    private static bool NeedsForm(ParameterModel parameter) => parameter.Source switch
    {
        ParameterSource.Form or ParameterSource.FormFile or ParameterSource.FormFiles or ParameterSource.FormCollection => parameter.Absent is null && parameter.Text?.Shape is null or TextShape.One,
        _ => parameter.Members.Any(NeedsForm),
    };

    private string Route(ParameterModel parameter)
    {
        string place = $"context, {parameter.Ordinal}, {Quote(parameter.Key)}";
        if (parameter.TemplateDefault is { } text)
        {
            _collectsErrors = true;
            return $"{Bind}.RouteOrText<{Types(parameter.Text!)}>({place}, {Quote(text)}u8, ref errors)";
        }
        return Text(parameter, "Route", place);
    }

    private string Text(ParameterModel parameter, string source, string place)
    {
        _collectsErrors = true;
        TextModel text = parameter.Text!;
        string types = Types(text);
        string all = $"{Bind}.{source}All<{types}>({place}, ref errors)";
        return text.Shape switch
        {
            TextShape.Texts => $"{Bind}.{source}Texts({place}, ref errors)",
            TextShape.Array => all + (parameter.Absent is null ? " ?? []" : ""),
            TextShape.List => $"{Bind}.List({all})" + (parameter.Absent is null ? " ?? []" : ""),
            _ => parameter.Absent is { } absent
                ? $"{Bind}.{source}Or<{types}>({place}, {absent}, ref errors)"
                : $"{Bind}.{source}<{types}>({place}, ref errors)",
        };
    }

    private string Local(ParameterModel parameter, string name, string value)
    {
        name = Unused(name);
        _lines.Add($"{parameter.Type} {name} = {value};");
        return name;
    }

    private string Unused(string name)
    {
        while (!_names.Add(name))
        {
            name += "_";
        }
        return Escape(name);
    }

    private static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    private static string Types(TextModel text) => text.Type + ", " + text.Parser;

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
