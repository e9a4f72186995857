using System.Text;
using LeakScan.Indexing;
using LeakScan.Tests.Support;

namespace LeakScan.Tests.Indexing;

/// <summary>What describes a project says what every such description says, and little of one's own.</summary>
public sealed class FormatsTests
{
    const string Pom = """
        <?xml version="1.0" encoding="UTF-8"?>
        <project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                 xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/xsd/maven-4.0.0.xsd">
          <modelVersion>4.0.0</modelVersion>
          <groupId>example.NAME</groupId>
          <artifactId>NAME</artifactId>
          <version>0.3.1</version>
          <packaging>jar</packaging>
          <properties>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
            <maven.compiler.source>1.8</maven.compiler.source>
            <maven.compiler.target>1.8</maven.compiler.target>
          </properties>
          <build>
            <plugins>
              <plugin>
                <groupId>org.apache.maven.plugins</groupId>
                <artifactId>maven-compiler-plugin</artifactId>
                <version>3.8.1</version>
              </plugin>
              <plugin>
                <groupId>org.apache.maven.plugins</groupId>
                <artifactId>maven-source-plugin</artifactId>
                <executions>
                  <execution>
                    <id>attach-sources</id>
                    <goals>
                      <goal>jar</goal>
                    </goals>
                  </execution>
                </executions>
              </plugin>
            </plugins>
          </build>
        </project>
        """;

    const string Podspec = """
        require "json"

        package = JSON.parse(File.read(File.join(__dir__, "package.json")))

        Pod::Spec.new do |s|
          s.name         = "NAME"
          s.version      = package["version"]
          s.summary      = package["description"]
          s.homepage     = package["homepage"]
          s.license      = package["license"]
          s.authors      = package["author"]

          s.platforms    = { :ios => "12.0" }
          s.source       = { :git => "https://example.org/NAME.git", :tag => "#{s.version}" }

          s.source_files = "ios/**/*.{h,m,mm,swift}"
          s.dependency "React-Core"
        end
        """;

    const string Gradle = """
        buildscript {
            repositories {
                google()
                mavenCentral()
            }
            dependencies {
                classpath "com.android.tools.build:gradle:7.2.1"
            }
        }

        apply plugin: "com.android.library"

        def safeExtGet(prop, fallback) {
            rootProject.ext.has(prop) ? rootProject.ext.get(prop) : fallback
        }

        android {
            compileSdkVersion safeExtGet('compileSdkVersion', 31)
            namespace "example.NAME"
            lintOptions {
                abortOnError false
            }
        }
        """;

    [Theory]
    [InlineData("pom.xml", Pom)]
    [InlineData("NAME.podspec", Podspec)]
    [InlineData("android/build.gradle", Gradle)]
    public void DescriptionsOfTwoProjectsAreNotOfOne(string path, string text)
    {
        foreach (bool knowsFormats in (bool[])[true, false])
        {
            using FingerprintIndexBuilder builder = new(IndexKey.FromBytes("formats test key of 32 bytes ..."u8)) { Idioms = knowsFormats ? IdiomModel.Shipped : null };
            builder.AddDocument(path.Replace("NAME", "lanterns", StringComparison.Ordinal), "proprietary-code", Encoding.UTF8.GetBytes(text.Replace("NAME", "lanterns", StringComparison.Ordinal)));
            using FingerprintIndex index = builder.Build();
            Scanner scanner = new(index);
            Verdict verdict = scanner.Scan(Encoding.UTF8.GetBytes(text.Replace("NAME", "tollgates", StringComparison.Ordinal)), new List<Match>()).Verdict;
            if (knowsFormats) Assert.Equal(Verdict.Allow, verdict);
            else Assert.NotEqual(Verdict.Allow, verdict);
        }
    }

    /// <summary>What stands in such a file and nowhere else is found, but only word for word.</summary>
    [Fact]
    public void WhatIsOnesOwnInThemIsFoundWordForWord()
    {
        string own = CodeText.Lines(new Random(7), 30);
        using FingerprintIndexBuilder builder = new(IndexKey.FromBytes("formats test key of 32 bytes ..."u8));
        builder.AddDocument("pom.xml", "proprietary-code", Encoding.UTF8.GetBytes(Pom.Replace("<build>", $"<!--\n{own}\n-->\n<build>", StringComparison.Ordinal)));
        using FingerprintIndex index = builder.Build();
        List<Match> matches = [];
        Assert.Equal(Verdict.Block, new Scanner(index).Scan(Encoding.UTF8.GetBytes(own), matches).Verdict);
        Assert.All(matches, match => Assert.Equal(MatchKind.Verbatim, match.Kind));
    }

    [Theory]
    [InlineData("src/app/App.csproj", true)]
    [InlineData(@"C:\src\pom.XML", true)]
    [InlineData("CMakeLists.txt", true)]
    [InlineData("web/tsconfig.build.json", true)]
    [InlineData("src/Data/Migrations/Sqlite/20180820002531_AddEntityValidation.cs", true)]
    [InlineData("shop/migrations/0001_initial.py", true)]
    [InlineData(@"db\migrate\20190101120000_create_users.rb", true)]
    [InlineData("database/migrations/2014_10_12_000000_create_users_table.php", true)]
    [InlineData("src/migrations/1667-add-users.ts", true)]
    [InlineData("src/Migrations/Migrator.cs", false)]
    [InlineData("src/Migrations/20180820.cs", false)]
    [InlineData("src/Data/20180820002531_AddEntityValidation.cs", false)]
    [InlineData("src/App.cs", false)]
    [InlineData("data/records.json", false)]
    [InlineData("my.csproj/readme.md", false)]
    [InlineData("README", false)]
    public void TheyAreToldByTheirNames(string path, bool isFormat) => Assert.Equal(isFormat, FormatNames.Contains(path));
}
