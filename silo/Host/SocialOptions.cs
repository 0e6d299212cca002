using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;
using OrleansSocial.Identity;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Binds the options of every slice: each class that names its <c>Section</c>. All faults of all of them are told at start, each with its key, its value and the rule.</summary>
/// <remarks>A slice registers nothing. A key that is no option, and a section that nobody has, are faults too.</remarks>
internal static class SocialOptions
{
    private const string Root = "Social";
    private static readonly Assembly[] s_assemblies = [typeof(Refusal).Assembly, typeof(Problems).Assembly, typeof(Database).Assembly, typeof(SocialOptions).Assembly];

    /// <summary>Every class of options, with its section.</summary>
    public static IReadOnlyList<(Type Type, string Section)> All { get; } =
    [
        .. from assembly in s_assemblies
           from type in assembly.GetTypes()
           where type.IsClass && type.Name.EndsWith("Options", StringComparison.Ordinal)
           let section = type.GetField("Section")?.GetRawConstantValue() as string
           where section is not null
           select (type, section),
    ];

    /// <summary>Binds them.</summary>
    public static void AddSocialOptions(this IHostApplicationBuilder builder)
    {
        var bind = typeof(SocialOptions).GetMethod(nameof(Bind), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (var (type, section) in All) bind.MakeGenericMethod(type).Invoke(null, [builder.Services, builder.Configuration.GetSection(section)]);
        builder.Services.AddOptions<AdminOptions>().PostConfigure<IConfiguration, IHostEnvironment>(Seeds.LetAliceOperate);
        builder.Services.AddSingleton<IValidateOptions<NodeOptions>>(new UnknownSections(builder.Configuration.GetSection(Root)));
    }

    private static void Bind<T>(IServiceCollection services, IConfigurationSection section)
        where T : class
    {
        var rules = new Rules<T>(section);
        services.AddSingleton<IConfigureOptions<T>>(rules);
        services.AddSingleton<IValidateOptions<T>>(rules);
        services.AddOptions<T>().ValidateOnStart();
    }

    // Binding does not stop at the first value that cannot be read: it is remembered and told by the validation.
    private sealed class Rules<T>(IConfigurationSection section) : IConfigureOptions<T>, IValidateOptions<T>
        where T : class
    {
        private readonly List<string> _unreadable = [];

        public void Configure(T options)
        {
            lock (_unreadable)
            {
                _unreadable.Clear();
                foreach (var child in section.GetChildren()) Set(options, child);
            }
        }

        public ValidateOptionsResult Validate(string? name, T options)
        {
            var broken = new List<ValidationResult>();
            Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true);
            lock (_unreadable)
            {
                var faults = _unreadable.Concat(broken.Select(fault => Describe(section.Path, options, fault))).Concat(Parts(options as INamedOptions)).ToList();
                return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
            }
        }

        // The attributes of a class do not reach the parts that others name.
        private IEnumerable<string> Parts(INamedOptions? options)
        {
            foreach (var name in options?.Names ?? [])
            {
                var (part, broken) = (options!.Find(name)!, new List<ValidationResult>());
                Validator.TryValidateObject(part, new ValidationContext(part), broken, validateAllProperties: true);
                foreach (var fault in broken) yield return Describe($"{section.Path}:{name}", part, fault);
            }
        }

        private void Set(object options, IConfigurationSection child)
        {
            var property = options.GetType().GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is not { CanWrite: true })
            {
                SetNamed(options as INamedOptions, child);
                return;
            }

            try
            {
                property.SetValue(options, Read(property.PropertyType, child));
            }
            catch (Exception)
            {
                var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                _unreadable.Add($"{child.Path} = {child.Value}: is not of the type {kind.Name}.");
            }
        }

        private void SetNamed(INamedOptions? options, IConfigurationSection child)
        {
            if (options?.Find(child.Key) is not { } part)
                _unreadable.Add($"{child.Path}: there is no such option{(options is null ? "." : $"; those that have a name are {string.Join(", ", options.Names)}.")}");
            else if (child.Value is not null)
                _unreadable.Add($"{child.Path} = {child.Value}: is not of the type {part.GetType().Name}.");
            else
                foreach (var inner in child.GetChildren()) Set(part, inner);
        }

        private static object? Read(Type type, IConfigurationSection child)
        {
            var converter = TypeDescriptor.GetConverter(type);
            return child.Value is { } text && converter.CanConvertFrom(typeof(string)) ? converter.ConvertFromInvariantString(text) : child.Get(type);
        }

        private static string Describe(string path, object options, ValidationResult fault)
        {
            var member = fault.MemberNames.FirstOrDefault();
            var value = member is null ? null : options.GetType().GetProperty(member)?.GetValue(options);
            return member is null ? $"{path}: {fault.ErrorMessage}" : $"{path}:{member} = {value}: {fault.ErrorMessage}";
        }
    }

    private sealed class UnknownSections(IConfigurationSection root) : IValidateOptions<NodeOptions>
    {
        public ValidateOptionsResult Validate(string? name, NodeOptions options)
        {
            var faults = root.GetChildren()
                .Where(child => !All.Any(one => string.Equals(one.Section, child.Path, StringComparison.OrdinalIgnoreCase)))
                .Select(child => $"{child.Path}: there is no such section.").ToList();
            return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }
    }
}
