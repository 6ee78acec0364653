package dev.cria.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.cria.core.ops.Backend;
import dev.cria.core.ops.cpu.CpuOps;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** The rules of the house: which module may know which, and who touches native memory. */
@AnalyzeClasses(packages = "dev.cria", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule coreKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage("dev.cria.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.cria.tokenizer..",
                    "dev.cria.model..",
                    "dev.cria.pretrain..",
                    "dev.cria.sft..",
                    "dev.cria.rlhf..",
                    "dev.cria.examples..",
                    "dev.cria.cli..");

    @ArchTest
    static final ArchRule tokenizerKnowsNeitherOtherModulesNorNd4j = noClasses()
            .that()
            .resideInAPackage("dev.cria.tokenizer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.cria.core..",
                    "dev.cria.model..",
                    "dev.cria.pretrain..",
                    "dev.cria.sft..",
                    "dev.cria.rlhf..",
                    "dev.cria.examples..",
                    "dev.cria.cli..",
                    "org.nd4j..",
                    "org.bytedeco..");

    @ArchTest
    static final ArchRule modelKnowsNoTrainerAndNoProgram = noClasses()
            .that()
            .resideInAPackage("dev.cria.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.cria.pretrain..",
                    "dev.cria.sft..",
                    "dev.cria.rlhf..",
                    "dev.cria.examples..",
                    "dev.cria.cli..");

    @ArchTest
    static final ArchRule pretrainKnowsNoProgram = noClasses()
            .that()
            .resideInAPackage("dev.cria.pretrain..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cria.sft..", "dev.cria.rlhf..", "dev.cria.examples..", "dev.cria.cli..");

    @ArchTest
    static final ArchRule sftKnowsNeitherPretrainingNorPrograms = noClasses()
            .that()
            .resideInAPackage("dev.cria.sft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cria.pretrain..", "dev.cria.rlhf..", "dev.cria.examples..", "dev.cria.cli..");

    @ArchTest
    static final ArchRule rlhfKnowsNeitherPretrainingNorPrograms = noClasses()
            .that()
            .resideInAPackage("dev.cria.rlhf..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.cria.pretrain..", "dev.cria.examples..", "dev.cria.cli..");

    /** What annotators want must not be what the judge measures. */
    @ArchTest
    static final ArchRule annotatorsKnowNothingOfTheJudge = noClasses()
            .that()
            .resideInAPackage("dev.cria.examples.feedback..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("dev\\.cria\\.examples\\.world\\.(ToyJudge|Verdict).*");

    @ArchTest
    static final ArchRule nobodyKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.cria.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.cria.cli..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.cria.(**)").should().beFreeOfCycles();

    /** Host memory is read and written in one place, so that the rest runs on any backend. */
    @ArchTest
    static final ArchRule onlyTheOpsTouchNativeMemory = noClasses()
            .that()
            .resideOutsideOfPackage("dev.cria.core.ops..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "org.bytedeco..",
                            "jdk.incubator.vector..",
                            "org.nd4j.linalg.api.blas..",
                            "org.nd4j.linalg.api.buffer..")
                    .and(not(type(DataType.class))));

    /**
     * Their results change when the JIT compiler takes over from the interpreter, and a run would not repeat to the bit: sum lanes in
     * a fixed order, and compute exp with fused multiply-adds.
     */
    @ArchTest
    static final ArchRule kernelsRepeatToTheBit = noClasses()
            .should()
            .callMethodWhere(target(nameMatching("reduceLanes.*")))
            .orShould()
            .accessFieldWhere(target(owner(name("jdk.incubator.vector.VectorOperators")))
                    .and(target(nameMatching("A?(SIN|COS|TAN)H?|ATAN2|EXP|EXPM1|LOG|LOG10|LOG1P|POW|CBRT|HYPOT"))));

    /** The same sources run on every device: what depends on it is decided among the ops. */
    @ArchTest
    static final ArchRule onlyTheOpsKnowTheBackend = noClasses()
            .that()
            .resideOutsideOfPackage("dev.cria.core.ops..")
            .should()
            .dependOnClassesThat(type(Backend.class)
                    .or(type(Nd4jBackend.class))
                    .or(type(CpuOps.class))
                    .or(resideInAnyPackage("org.nd4j.linalg.jcublas..", "org.nd4j.linalg.cpu..", "org.nd4j.jita..")));

    /** Plain ND4J calls read and write the host's memory in one class, which counts it. */
    @ArchTest
    static final ArchRule plainCallsStayOnTheDevice = noClasses()
            .that()
            .resideInAPackage("dev.cria.core.ops")
            .and()
            .doNotHaveSimpleName("HostTransfers")
            .should()
            .callMethodWhere(target(describe("crosses between host and device", ArchitectureTest::crosses)));

    private static boolean crosses(AccessTarget method) {
        if (method.getOwner().isAssignableTo(INDArray.class)) {
            return method.getName()
                    .matches(
                            "get(Double|Float|Int|Long|Number|Scalar)|to(Float|Double|Int|Long).*|.*Number|putScalar|put"
                                    + "|(add|sub|mul|div|rsub|rdiv)i?(Row|Column)Vector");
        }
        return method.getOwner().isEquivalentTo(Nd4j.class)
                && method.getName().matches("createFromArray|scalar|pullRows|valueArrayOf");
    }
}
