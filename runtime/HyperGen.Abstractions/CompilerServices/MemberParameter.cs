using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace HyperGen.CompilerServices;

/// <summary>A member of an <c>[AsParameters]</c> type as a parameter: a client sends it like one, and ASP.NET Core describes nothing but parameters.</summary>
internal sealed class MemberParameter : ParameterInfo
{
    private readonly ParameterInfo? _parameter;
    private readonly PropertyInfo? _property;

    private MemberParameter(string name, ParameterInfo? parameter, PropertyInfo? property)
    {
        _parameter = parameter;
        _property = property;
        NameImpl = name;
        MemberImpl = parameter?.Member ?? property!;
        ClassImpl = parameter?.ParameterType ?? property!.PropertyType;
        PositionImpl = parameter?.Position ?? -1;
        AttrsImpl = parameter?.Attributes ?? ParameterAttributes.None;
        DefaultValueImpl = parameter?.DefaultValue;
    }

    public override bool HasDefaultValue => _parameter is { HasDefaultValue: true };

    public override object? DefaultValue => DefaultValueImpl;

    public override object? RawDefaultValue => _parameter?.RawDefaultValue;

    /// <summary>Finds the members of a type by their names: parameters of a constructor, with the properties that stand for them, or properties alone.</summary>
    public static IEnumerable<ParameterInfo> Of(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties)] Type type,
        IEnumerable<string> names)
    {
        ParameterInfo[] parameters = [.. type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).SelectMany(static constructor => constructor.GetParameters())];
        PropertyInfo[] properties = type.GetProperties();
        foreach (string name in names)
        {
            ParameterInfo? parameter = Array.Find(parameters, parameter => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase));
            PropertyInfo? property = Array.Find(properties, property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase));
            if (parameter is not null || property is not null)
            {
                yield return new MemberParameter(name, parameter, property);
            }
        }
    }

    /// <summary>Whether a parameter may be null, so far as the program says.</summary>
    public static NullabilityInfo Nullability(ParameterInfo parameter)
    {
        var nullability = new NullabilityInfoContext();
        return parameter is not MemberParameter member ? nullability.Create(parameter)
            : member._parameter is { } own ? nullability.Create(own)
            : nullability.Create(member._property!);
    }

    public override object[] GetCustomAttributes(bool inherit) => GetCustomAttributes(typeof(Attribute), inherit);

    public override object[] GetCustomAttributes(Type attributeType, bool inherit)
    {
        object[] own = _parameter?.GetCustomAttributes(attributeType, inherit) ?? [];
        object[] others = _property?.GetCustomAttributes(attributeType, inherit) ?? [];
        if (own.Length == 0 || others.Length == 0)
        {
            return own.Length == 0 && _property is not null ? others : own;
        }

        // Who asks casts the array.
        Array all = Array.CreateInstanceFromArrayType(own.GetType(), own.Length + others.Length);
        own.CopyTo(all, 0);
        others.CopyTo(all, own.Length);
        return (object[])all;
    }

    public override bool IsDefined(Type attributeType, bool inherit) =>
        (_parameter?.IsDefined(attributeType, inherit) ?? false) || (_property?.IsDefined(attributeType, inherit) ?? false);

    public override IList<CustomAttributeData> GetCustomAttributesData() => [.. _parameter?.GetCustomAttributesData() ?? [], .. _property?.GetCustomAttributesData() ?? []];
}
