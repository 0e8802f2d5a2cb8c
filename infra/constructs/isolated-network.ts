import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AnyBucket } from '../options/image-tagger-props.ts';
import type { ImageTagger } from './image-tagger.ts';

const HTTPS = Port.tcp(443);
/** Interface endpoints cost by the zone, and one zone may fail. */
const ZONES = 2;

export interface IsolatedNetworkProps {
  readonly logRetentionDays: number;
  /** What the log of refused traffic is encrypted with. @default CloudWatch's own key */
  readonly dataKey?: IKey | undefined;
}

/** What a tagger's functions reach, and nothing else. */
interface Reached {
  readonly tagger: ImageTagger;
  readonly resultEventBus: IEventBus | undefined;
}

/**
 * A network with no way to the internet: no gateway, no address translation, no peering. Its endpoints lead to the very
 * buckets, table, queues and bus of a tagger, and for nobody but the account's own roles, so that whoever runs code in a
 * function can neither call out nor carry anything to a bucket of theirs.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export class IsolatedNetwork extends Construct {
  /** The CDK's classes do not fit its interfaces where optional properties are exact. */
  readonly vpc: IVpc;
  /** Of the functions. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { logRetentionDays, dataKey }: IsolatedNetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ...{ maxAzs: ZONES, natGateways: 0, createInternetGateway: false },
      subnetConfiguration: [{ name: 'Functions', subnetType: SubnetType.PRIVATE_ISOLATED }],
      // Nothing is ever in the default group, and to empty it the CDK would bring a function of its own.
      restrictDefaultSecurityGroup: false,
    });
    this.vpc = vpc as IVpc;
    this.securityGroup = new SecurityGroup(this, 'FunctionGroup', {
      vpc: this.vpc,
      description: 'Functions of Cliptag: HTTPS outwards, nothing inwards',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), HTTPS, 'To the endpoints: there is no other route');
    const logGroup = new LogGroup(this, 'Refused', {
      retention: logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(dataKey && { encryptionKey: dataKey }),
    });
    this.vpc.addFlowLog('RefusedTraffic', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }

  /** Opens the ways to what a tagger works with. */
  reach({ tagger, resultEventBus }: Reached): void {
    const { table, queue, deadLetterQueue, api } = tagger;
    const { S3, DYNAMODB } = GatewayVpcEndpointAwsService;
    const buckets = bucketsOf(tagger).flatMap((bucket) => [bucket.bucketArn, bucket.arnForObjects('*')]);
    this.vpc.addGatewayEndpoint('S3', { service: S3 }).addToPolicy(this.allowed('s3:*', buckets));
    this.vpc
      .addGatewayEndpoint('DynamoDb', { service: DYNAMODB })
      .addToPolicy(this.allowed('dynamodb:*', [table.tableArn, `${table.tableArn}/index/*`]));
    this.privately('Sqs', InterfaceVpcEndpointAwsService.SQS, 'sqs:*', [
      queue.queueArn,
      deadLetterQueue.queueArn,
    ]);
    if (resultEventBus) {
      const bus = [resultEventBus.eventBusArn];
      this.privately('Events', InterfaceVpcEndpointAwsService.EVENTBRIDGE, 'events:PutEvents', bus);
    }
    if (api && table.tableStreamArn !== undefined) {
      const streams = this.privately(
        'Streams',
        InterfaceVpcEndpointAwsService.DYNAMODB_STREAMS,
        'dynamodb:*',
        [table.tableStreamArn],
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/privatelink-streams.html
        false,
      );
      const [, name = ''] = [0, 1].map((part) =>
        Fn.select(part, Fn.split(':', Fn.select(0, streams.vpcEndpointDnsEntries))),
      );
      // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
      api.function.addEnvironment('AWS_ENDPOINT_URL_DYNAMODB_STREAMS', `https://${name}`);
    }
  }

  /** An interface endpoint that the functions alone can speak to. */
  private privately(
    id: string,
    service: InterfaceVpcEndpointAwsService,
    action: string,
    resources: readonly string[],
    privateDnsEnabled = true,
  ) {
    const group = new SecurityGroup(this, `${id}Group`, {
      vpc: this.vpc,
      description: `Cliptag's functions to ${id}`,
      allowAllOutbound: false,
    });
    group.addIngressRule(this.securityGroup, HTTPS, 'From the functions');
    const endpoint = this.vpc.addInterfaceEndpoint(id, {
      ...{ service, privateDnsEnabled, open: false },
      securityGroups: [group],
    });
    endpoint.addToPolicy(this.allowed(action, resources));
    return endpoint;
  }

  /** The functions' roles say which actions; this says where, and that it is the account's own roles that act. */
  private allowed(action: string, resources: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: [action],
      resources: [...resources],
      conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
    });
  }
}

function bucketsOf({ buckets, thumbnails, api }: ImageTagger): readonly AnyBucket[] {
  return [
    ...buckets,
    ...(thumbnails && !buckets.includes(thumbnails.bucket) ? [thumbnails.bucket] : []),
    ...(api?.snapshotBucket ? [api.snapshotBucket] : []),
  ];
}
